"""What people write in the demo stream: our own sentences, by mood, as (language, template).

Slots: {area} a place, {since} how long, {n} a small number, {sum} an amount of money. `{at}` is
where the brand is addressed; where it is missing the stream puts a mention around the sentence.
"""

AREAS = (
    "Brévanne",
    "Saint-Orlac",
    "Montfaurel",
    "Pont-d'Ysse",
    "Valdore",
    "Corvigny",
    "Les Aubrais-Hauts",
    "Rochemelle",
)
SINCE = {
    "fr": ("ce matin", "6h", "tout à l'heure", "20 minutes", "une demi-heure", "7h10", "une heure"),
    "en": ("this morning", "6 am", "twenty minutes ago", "7:10", "an hour ago", "I woke up"),
}

PRAISE = (
    ("fr", "Merci {at} pour la rapidité du technicien hier, au top"),
    ("fr", "Bravo à l'équipe {at}, raccordement nickel"),
    ("fr", "Franchement {at} excellent accueil en boutique à {area}, bravo"),
    ("fr", "J'adore la nouvelle interface, bravo {at}"),
    ("en", "Thanks {at}, great service from the lady in the {area} shop"),
    ("en", "Kudos to {at}, switched tariff in two minutes"),
    ("en", "Love the new {at} box, so tiny"),
    ("en", "Well done {at}, brilliant support yesterday"),
    ("fr", "Facture moins haute que prévu, merci {at} ❤️"),
)
JOKES = (
    ("fr", "La pub {at} avec le pingouin, je suis mort de rire 😂"),
    ("fr", "mon chat dort sur la box {at}, meilleur radiateur de la maison mdr"),
    ("fr", "Si {at} facturait mes siestes je serais ruiné lol"),
    ("fr", "je meurs de faim, {at} vous livrez des croissants ? mdr"),
    ("en", "that {at} penguin advert, I'm dying laughing 😂"),
    ("en", "my toddler calls the {at} box 'the blinky cat' lol"),
    ("en", "{at} knows more about my evenings than my friends do haha"),
)
SPAM = (
    ("fr", "Concours : gagnez {n} cartes cadeaux acme, follow + RT pour participer"),
    ("fr", "Promo : coques compatibles acme, offre limitée, abonnez-vous"),
    ("en", "WIN {n} gift cards, works with acme too, enter now and follow"),
    ("en", "New coupon codes for acme customers, check out my bio"),
    ("en", "Discount chargers, compatible with acme, limited offer, subscribe"),
)
NEWS = (
    ("fr", "acme annonce un partenariat avec le festival de {area}"),
    ("fr", "Énergie : acme publie ses résultats, en hausse de {n} %"),
    ("en", "acme shares flat after annual results"),
    ("fr", "acme recrute {n} alternants à {area}, inscriptions ouvertes"),
)
QUESTIONS = (
    ("fr", "Bonjour {at}, comment passer aux heures creuses ?"),
    ("fr", "{at} est-ce que l'option week-end existe encore ?"),
    ("fr", "Bonjour {at}, où trouver mon numéro de contrat ?"),
    ("fr", "{at} je déménage à {area} en mai, que faire pour mon abonnement ?"),
    ("en", "Hi {at}, how do I change my direct debit date?"),
    ("en", "{at} do you still offer the student tariff?"),
    ("en", "Hello {at}, where can I read my meter number?"),
    ("fr", "Bonjour {at}, peut-on avoir deux décodeurs avec le même contrat ?"),
)
BILLING = (
    ("fr", "{at} facture de {sum} euros au lieu de 45, pouvez-vous vérifier ?"),
    ("fr", "Encore un prélèvement en double {at}, j'attends un remboursement de {sum} euros"),
    ("fr", "{at} {n} relances pour une facture déjà payée, c'est pénible"),
    ("fr", "Augmentation de mon forfait sans prévenir, {at} expliquez-moi"),
    ("fr", "{at} personne au service client depuis lundi pour ma facture, inadmissible"),
    ("en", "{at} charged me {sum} twice, please refund"),
    ("en", "{at} my bill went up to {sum} and nobody can explain why"),
    ("en", "On hold for an hour about my contract {at}, awful"),
    ("en", "{at} the engineer never turned up for my appointment"),
    ("fr", "Technicien pas venu au rendez-vous {at}, deuxième fois, quel retard"),
)
FIRST_SIGNS = (
    ("fr", "{at} plus d'internet depuis {since} à {area}, c'est normal ?"),
    ("fr", "{at} box bloquée à l'étape 3 depuis {since}, je redémarre et rien"),
    ("en", "{at} no internet in {area} since {since}, anyone else?"),
)
OUTAGE = (
    ("fr", "{at} plus d'internet depuis {since} à {area}"),
    ("fr", "Toujours pas de réseau à {area} {at}, vous avez une heure de rétablissement ?"),
    ("fr", "{at} la fibre est coupée dans tout le quartier, {area}"),
    ("fr", "Panne {at} à {area} depuis {since}, box au rouge"),
    ("fr", "box bloquée à l'étape 3 {at}, {area}, depuis {since}"),
    ("fr", "{at} ni wifi ni télé depuis {since}, les voisins pareil"),
    ("fr", "Plus de connexion à {area}, impossible de télétravailler {at}"),
    ("fr", "{at} panne générale à {area} ? rien ne marche depuis {since}"),
    ("fr", "{at} ligne fixe et internet coupés à {area}, c'est quand le retour ?"),
    ("fr", "Pareil à {area}, plus de réseau mobile non plus {at}"),
    ("fr", "on est {n} dans l'immeuble sans internet {at}, {area}"),
    ("fr", "{at} depuis {since} plus aucune connexion, votre site ne répond pas non plus"),
    ("fr", "Le commerce est fermé, plus de terminal de paiement, panne {at} à {area}"),
    ("fr", "ça marche plus {at} !! {area} depuis {since}"),
    ("fr", "{at} panne internet, l'appli dit que tout va bien, on rêve. {area}"),
    ("en", "{at} no internet in {area} since {since}"),
    ("en", "Is {at} down? Nothing works in {area}"),
    ("en", "{at} whole street offline since {since}, {area}"),
    ("en", "{at} broadband down again, {area}, is there an outage?"),
    ("en", "No signal and no wifi in {area} {at}, any update?"),
    ("en", "{at} can't work, no connection since {since}, when will it be fixed?"),
    ("en", "Same here in {area}, internet down since {since} {at}"),
    ("en", "{at} outage in {area}, the router light is red since {since}"),
)
ANGER = (
    ("fr", "{at} {n} heures d'attente au téléphone pendant une panne, vous vous moquez de nous"),
    ("fr", "Scandaleux {at}, aucune communication alors que {area} est sans internet"),
    ("fr", "{at} toujours rien depuis {since}, vous êtes nuls, remboursez"),
    ("fr", "Pas un mot de {at} sur la panne de {area}, une honte"),
    ("fr", "{at} j'ai un rendez-vous client dans {n} minutes et plus de connexion, merci bien"),
    ("en", "{at} zero communication while {area} has no internet, disgraceful"),
    ("en", "Worst provider ever {at}, still no internet and nobody answers"),
    ("en", "{at} your status page says all fine, internet is down in {area}, what a joke"),
)
VIRAL = (
    ("fr", "#acmepanne est en tendance France, et toujours aucune réponse {at}"),
    ("fr", "Faites tourner : {area} et {n} communes sans internet à cause de {at}"),
    ("fr", "Appel au boycott de {at} tant qu'ils ne répondent pas #acmepanne"),
    ("en", "#acmepanne is trending and {at} still says nothing, please share"),
    ("en", "Boycott {at} until they refund everybody in {area}"),
)
STORM_JOKES = (
    ("fr", "plus d'internet chez {at}, j'ai découvert que j'avais des enfants mdr 😂"),
    ("fr", "la panne {at} me tue, je vais mourir d'ennui lol"),
    ("en", "{at} outage so bad I talked to my neighbours lol"),
)
RESTORED = (
    ("fr", "C'est revenu à {area}, merci {at}"),
    ("fr", "Internet rétabli à {area}, merci aux équipes {at}"),
    ("fr", "{at} ça remarche ici, merci pour le travail des techniciens"),
    ("fr", "Bon, tout est rentré dans l'ordre, merci {at} et bon courage aux équipes"),
    ("en", "Back online in {area}, thanks {at}"),
    ("en", "All sorted now, thank you {at}"),
    ("en", "{at} working again here, well done to the engineers"),
)
LEFTOVERS = (
    ("fr", "{at} un geste commercial pour les heures de panne ?"),
    ("fr", "{at} ma facture va-t-elle être réduite après la coupure ?"),
    ("en", "{at} will you refund customers for the outage?"),
)
NOISE = (
    ("und", "{at} 🙄🙄"),
    ("und", "{at} ???"),
    ("pt", "bom dia {at}, alguém sabe o horário da loja?"),
    ("es", "Buenos días {at}, ¿a qué hora abre la tienda?"),
)
LONG = (
    "Je raconte tout depuis le début pour que ce soit clair, {at}. Le contrat a été signé, la box "
    "est arrivée, le technicien est passé, la facture aussi, et le dossier a été clos. "
)
