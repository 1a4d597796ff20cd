"""Made-up posts: each event told in French and in English, to see whether the two meet."""

EVENTS = {
    "outage_lyon": {
        "fr": [
            "Plus aucun réseau mobile à Lyon depuis 9h, impossible d'appeler",
            "Panne de réseau à Lyon Part-Dieu, toujours pas rétabli",
        ],
        "en": [
            "No mobile network in Lyon since 9am, can't call anyone",
            "Signal down all over Lyon, is this a known outage?",
        ],
    },
    "power_bordeaux": {
        "fr": [
            "Coupure d'électricité à Bordeaux Chartrons, ma mère est sous oxygène",
            "Plus de courant dans tout le quartier des Chartrons à Bordeaux",
        ],
        "en": [
            "Power cut in Bordeaux, the whole Chartrons area is dark",
            "No electricity in Bordeaux since this morning, any news?",
        ],
    },
    "train_quebec": {
        "fr": [
            "Un train a déraillé au centre-ville de Saint-Anselme, énorme explosion",
            "Saint-Anselme : plusieurs disparus après l'explosion du train de pétrole",
        ],
        "en": [
            "Train derailed and exploded in downtown Saint-Anselme Quebec",
            "Several people missing in Saint-Anselme after the oil train explosion",
        ],
    },
    "factory_rouen": {
        "fr": [
            "Incendie à l'usine Chimevia de Rouen, énorme panache de fumée",
            "Rouen : odeur horrible, l'usine Chimevia brûle encore",
        ],
        "en": [
            "Huge fire at the Chimevia plant in Rouen, smoke everywhere",
            "Terrible smell in Rouen, Chimevia factory still burning",
        ],
    },
    "flood_nimes": {
        "fr": [
            "Inondations à Nîmes : des voitures emportées, des familles bloquées",
            "L'eau monte encore à Nîmes, le magasin est inondé",
        ],
        "en": [
            "Flooding in Nimes, cars swept away and families stuck",
            "Your Nîmes store is flooded, water still rising",
        ],
    },
    "pizza_ecoli": {
        "fr": [
            "Rappel des pizzas Pizzavera, deux enfants intoxiqués par la bactérie E. coli",
            "Mon fils malade après une pizza Pizzavera, rappel en urgence",
        ],
        "en": [
            "Pizzavera pizza recalled, two children poisoned by E. coli bacteria",
            "My son is sick after eating a Pizzavera pizza",
        ],
    },
    "app_bank": {
        "fr": [
            "L'application plante, impossible de se connecter à mon compte depuis la mise à jour",
            "Appli hors service, mot de passe refusé, je ne peux pas payer",
        ],
        "en": [
            "App keeps crashing, can't log in to my account since the update",
            "Your app is down, password refused, I can't pay",
        ],
    },
    "battery": {
        "fr": [
            "La batterie du X200 a pris feu pendant la charge",
            "Batterie du X200 qui fume et gonfle, dangereux !",
        ],
        "en": [
            "X200 battery caught fire while charging",
            "My X200 battery is smoking, this is dangerous",
        ],
    },
    "ad_racist": {
        "fr": [
            "Publicité raciste honteuse, boycottez cette marque",
            "Cette pub est raciste, je demande des excuses, boycott",
        ],
        "en": [
            "Your racist advert is a disgrace, boycott this brand",
            "This ad is racist, apologise now, boycott",
        ],
    },
    "strike_orly": {
        "fr": [
            "Grève à Orly, vol annulé et aucun personnel au comptoir",
            "Aéroport d'Orly bloqué par la grève, 200 passagers coincés",
        ],
        "en": [
            "Strike at Orly, flight cancelled and nobody at the desk",
            "Stuck at Orly airport because of the strike",
        ],
    },
    "leak_data": {
        "fr": [
            "Fuite de données : mes coordonnées bancaires sont en vente, vous avez été piratés",
            "Piratage et vol de données clients, on attend des explications",
        ],
        "en": [
            "Data breach: my bank details are for sale, you were hacked",
            "Customer data hacked and stolen, we want answers",
        ],
    },
    "gas_marseille": {
        "fr": [
            "Forte odeur de gaz dans l'immeuble rue de Rome à Marseille",
            "Fuite de gaz à Marseille, les pompiers évacuent la rue de Rome",
        ],
        "en": [
            "Strong gas smell in the building, rue de Rome Marseille",
            "Gas leak in Marseille, firefighters evacuating rue de Rome",
        ],
    },
}
