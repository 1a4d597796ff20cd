"""What French and English words of crises have in common: `panne` and `outage` are one concept.

Words are folded (small letters, no accents); one that ends in `*` stands for all that begin so.
"""

from functools import cache

# concept: (French, English)
_CONCEPTS = {
    "power": (
        "electricite courant disjonct* eclairage edf enedis",
        "power electric* blackout grid",
    ),
    "water": ("eau eaux robinet* potable", "water tap"),
    "gas": ("gaz", "gas"),
    "heating": ("chauffage* chaudiere* chauffe*", "heating boiler*"),
    "network": ("reseau* antenne* relais signal 4g 5g", "network* signal reception mast* 4g 5g"),
    "internet": (
        "internet fibre box wifi adsl debit connexion* livebox freebox bbox",
        "internet broadband wifi router* hub fibre fiber connection",
    ),
    "phone": (
        "telephon* appel* appeler mobile portable* ligne",
        "phone* call calls calling mobile line",
    ),
    "text": ("sms texto* mms", "sms text texts texting"),
    "television": ("tele tv television chaine* decodeur*", "tv television channel* box"),
    "app": (
        "appli application* site serveur* plateforme*",
        "app apps website site server* platform",
    ),
    "login": ("mot mdp identifiant* compte* connecter", "login password* account* log"),
    "payment": (
        "paiement* payer paye carte* prelev* virement* rembours*",
        "payment* pay paid card* charged refund*",
    ),
    "bill": ("facture* factur* tarif* abonnement* hausse*", "bill bills billing price* contract*"),
    "outage": (
        "panne* coupure* coupe coupee coupes interruption* hs indisponible* incident* plante*",
        "outage* down cut offline unavailable disrupt* crash* blackout",
    ),
    "slow": ("lent* ralenti* lenteur* rame", "slow* lag lagging laggy"),
    "restored": ("retabli* repar* revenu*", "restor* fixed repair* back"),
    "fire": (
        "incendie* feu feux flamme* brule* brulent fumee*",
        "fire* wildfire* bushfire* blaze* flame* burn* smoke",
    ),
    "explosion": ("explos* deton* explose*", "explos* explod* blast* detonat*"),
    "flood": ("inond* crue crues submerg* debord*", "flood* inundat* submerg* overflow*"),
    "quake": (
        "seisme* tremblement* sism* secousse*",
        "earthquake* quake* seismic tremor* aftershock*",
    ),
    "storm": (
        "tempete* ouragan* cyclone* orage* tornade* rafale* typhon*",
        "storm* hurricane* cyclone* tornado* gust* typhoon* thunder*",
    ),
    "landslide": ("glissement* eboulement* coulee*", "landslide* mudslide* rockslide*"),
    "heat": ("canicule* chaleur*", "heatwave* heat"),
    "cold": ("froid* gel verglas neige*", "cold freez* ice snow*"),
    "train": ("train* tgv ter rail* sncf derail*", "train* rail* derail*"),
    "plane": ("avion* vol vols aeroport*", "plane* flight* airport* aircraft"),
    "road": ("route* autoroute* circulation trafic", "road* highway* motorway* traffic"),
    "bus": ("bus tram* metro", "bus buses tram* metro subway tube"),
    "bridge": ("pont ponts", "bridge*"),
    "factory": ("usine* entrepot* raffinerie*", "factory plant warehouse* refinery"),
    "school": ("ecole* lycee* college* creche*", "school* nursery"),
    "hospital": ("hopital* hopitaux urgences clinique*", "hospital* clinic*"),
    "shop": ("magasin* boutique* supermarche*", "shop shops store* supermarket*"),
    "building": ("immeuble* batiment* toit", "building* roof"),
    "collapse": ("effond* ecroul*", "collaps*"),
    "dead": (
        "mort morts morte* deces decede* tue tues tuee* victime*",
        "dead death* died kill* fatal*",
    ),
    "hurt": ("blesse* blessure* brulures", "injur* wound* hurt burns"),
    "missing": ("disparu* recherche*", "missing disappear*"),
    "trapped": ("coince* bloque* piege* prisonnier*", "trapped stuck stranded"),
    "rescue": ("secours sauvet* pompier* samu", "rescue* firefighter* paramedic* responders"),
    "evacuated": ("evacu* confin*", "evacuat* shelter*"),
    "police": ("police policier* gendarm*", "police cops officer*"),
    "shooting": ("fusillade* tir tirs tireur*", "shooting* shots gunman gunfire shooter*"),
    "attack": ("attentat* attaque* terroris*", "attack* terror*"),
    "bomb": ("bombe*", "bomb*"),
    "poison": (
        "intoxi* empoison* contamin* bacterie* salmonell* listeria",
        "poison* contaminat* bacteria salmonell* listeria",
    ),
    "sick": ("malade* vomi* fievre", "sick ill vomit* fever"),
    "recall": ("rappel rappels rappele*", "recall*"),
    "allergy": ("allerg*", "allerg*"),
    "leak": ("fuite* pollu* deversement*", "leak* spill* pollut*"),
    "smell": ("odeur*", "smell* odour odor"),
    "data": ("donnees pirat* hack* cyberattaque*", "data hack* breach* cyberattack*"),
    "strike": ("greve* greviste* manifest* syndicat*", "strike* walkout protest* union"),
    "boycott": ("boycott*", "boycott*"),
    "racism": ("racis* discrimin*", "racis* discriminat*"),
    "harassment": ("harcel* sexis* agression*", "harass* sexis* assault*"),
    "fraud": ("fraud* arnaque* escroquer* corruption", "fraud* scam* corrupt*"),
    "layoffs": ("licenci*", "layoff* redundan* fired"),
    "advert": ("pub publicite* campagne", "ad advert* commercial campaign"),
    "delivery": ("livraison* livre livreur* colis", "deliver* parcel* package*"),
    "product": ("produit* lot lots", "product* batch*"),
    "child": ("enfant* bebe*", "child* kid kids baby babies"),
    "car": ("voiture* vehicule* frein*", "car cars vehicle* brake*"),
    "battery": ("batterie*", "batter*"),
}


def concept(word: str, lang: str) -> str:
    """The concept that a folded word stands for in the language, "" for none.

    Where the language is neither French nor English, both are tried.
    """
    tables = _tables()
    for known in (lang,) if lang in tables else ("fr", "en"):
        whole, begins = tables[known]
        if word in whole:
            return whole[word]
        for length in range(len(word), 2, -1):
            if word[:length] in begins:
                return begins[word[:length]]
    return ""


@cache
def _tables() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    found = {}
    for place, lang in enumerate(("fr", "en")):
        whole: dict[str, str] = {}
        begins: dict[str, str] = {}
        for name, words in _CONCEPTS.items():
            for word in words[place].split():
                (begins if word.endswith("*") else whole)[word.removesuffix("*")] = name
        found[lang] = (whole, begins)
    return found
