import math
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.classifier import classify, classify_all, rules_en, rules_fr, rules_other, trips
from vigie.classifier.normalise import MAX_CHARACTERS, words
from vigie.classifier.rules import PAIRS, RULES
from vigie.domain.labels import Kind, Sentiment, Urgency

DANGER = [
    "@acme my sister is missing, her phone was in repair",
    "@acme gunmen hold people hostage in the bank, police on site",
    "Ma mère est sous oxygène et il n'y a plus de courant depuis une heure @acme_help",
    "plus d electricite ici et mon fils a besoin de son respirateur",
    "Le concentrateur d'oxygène de mon père s'est arrêté, sa batterie est vide",
    "On est coincés dans l'ascenseur avec un bébé, personne ne répond",
    "deux personnes enfermées dans un ascenseur tour B, coupure acme",
    "Un ouvrier est blessé devant votre chantier rue des Lilas",
    "Forte odeur de gaz dans tout l'immeuble",
    "Fuite de gaz avenue du Port @acme",
    "Votre compteur a pris feu dans le garage !!",
    "De la fumée sort du compteur, on fait quoi ?",
    "Il y a le feu au transformateur derrière l'école",
    "Un câble électrique est tombé sur le trottoir, des enfants jouent à côté",
    "mon voisin s'est électrocuté sur votre poteau",
    "Impossible d'appeler le 112 depuis ce matin, plus de réseau nulle part",
    "Les urgences sont injoignables à cause de votre panne",
    "Si vous me coupez encore je vais me suicider",
    "je vais tuer quelqu'un dans votre agence demain",
    "Au secours, ma fille est coincée dans la cave, l'eau monte",
    "Énorme explosion rue de la Gare, des blessés",
    "Toute la famille est malade après avoir bu l'eau du robinet",
    "Mon mari est inconscient, monoxyde de carbone, la chaudière que vous avez installée",
    "aideeeez nous on est bloquéééés dans l'ascenseur",
    "My mum is on oxygen and the power has been out for an hour",
    "no power and my son needs his ventilator",
    "The oxygen concentrator has stopped, battery at 10%",
    "We are stuck in the lift with a baby, nobody answers",
    "Two people trapped in the basement, water is rising",
    "A worker is unconscious next to your van on Mill Lane",
    "Strong smell of gas in the whole building",
    "gas leak on Harbour Road @acme",
    "Your meter caught fire in my garage",
    "smoke coming out of the acme router!!",
    "there's a fire at the substation behind the school",
    "live cable hanging over the pavement, kids around",
    "my neighbour got electrocuted by your pole",
    "can't call 999 since this morning, no signal anywhere",
    "cut me off again and I will kill myself",
    "I'm going to stab someone in your shop tomorrow",
    "please send help, my daughter is trapped under the rubble",
    "shots fired in the acme store",
    "Carbon monoxide alarm, two people unconscious, your boiler",
    "heeeelp we are trapped in the elevator",
    "Mon père de 87 ans est sous assistance respiratoire, coupure, il reste 20 minutes d'autonomie",
    "Bloqués dans l'ascenseur depuis la coupure, une personne âgée fait un malaise",
    "Ma fille fait une crise d'épilepsie et on ne peut joindre personne, aucun réseau",
    "ma grand-mère a un concentrateur, il n'y a plus d'électricité chez elle, répondez vite !!",
    "Ça sent le gaz partout dans la rue des Acacias",
    "Un de vos poteaux menace de tomber sur l'école",
    "Le feu s'est déclaré dans votre boutique, évacuez",
    "des étincelles sortent de la prise, ma box est brûlante",
    "votre batterie a explosé dans les mains de mon fils",
    "il y a des gens coincés dans le tunnel, sans lumière",
    "on a besoin d'une ambulance et le téléphone ne passe pas",
    "mon bébé ne respire pas bien, plus de chauffage, appelez les secours",
    "Mes parents sont isolés par la crue, l'eau rentre dans la maison, personne ne vient",
    "je n'en peux plus de vos relances, j'ai envie d'en finir",
    "Attention cables arrachés sur la route, un enfant a failli toucher",
    "plus d'eau potable, des gens vomissent dans toute la commune",
    "un homme avec un couteau dans votre agence de la gare",
    "mon mari diabétique, son insuline est au frigo et il n'y a plus de courant",
    "le respirateur de ma femme va s'arrêter",
    "Le monte-charge est tombé, un collègue est gravement blessé",
    "alerte à la bombe au siège d'acme",
    "pacemaker, télésuivi coupé, aucun réseau",
    "Inondation, des personnes sont sur les toits",
    "Elderly neighbour on oxygen, her machine died when the power went",
    "My dad's ventilator only has 15 minutes left, please restore power",
    "The elevator stopped between floors, my pregnant wife is inside",
    "Kids stuck in the lift at Harbour House since the outage",
    "Something is burning in the junction box outside, sparks everywhere",
    "we can smell gas at 12 Mill Lane",
    "pylon came down, wires all over the playground",
    "my grandmother fell and her pendant alarm doesn't work because of your outage",
    "can't get through to emergency services, your network is dead",
    "Tap water made my whole family ill",
    "the boiler you fitted is leaking carbon monoxide",
    "man with a knife in the acme store on High Street",
    "I can't go on, I want to end my life because of your debt collectors",
    "house is flooding and my mum can't get out",
    "dialysis patient at home without electricity",
    "people are on their roofs, send boats",
    "your battery exploded and burned my hand",
    "somebody collapsed in your shop, call an ambulance",
    "bomb threat at acme HQ",
    "there's been an explosion at the plant, people hurt",
    "no phones working, can't call an ambulance for my dad",
]

ELSEWHERE = [
    "Hay dos personas atrapadas en el ascensor",
    "Fuerte olor a gas en toda la calle",
    "Mi madre necesita oxígeno y llevamos una hora sin luz",
    "Hay un niño herido delante de su tienda",
    "Manden una ambulancia por favor",
    "Zwei Kinder sind im Aufzug eingeschlossen",
    "Starker Gasgeruch im ganzen Haus",
    "Stromausfall und meine Mutter braucht ihr Beatmungsgerät",
    "Ein Arbeiter ist bewusstlos",
    "Der Notruf 112 geht nicht",
    "Siamo bloccati in ascensore con un neonato",
    "C'è una fuga di gas in via Roma",
    "Mio padre usa l'ossigeno e siamo senza corrente",
    "Un operaio è ferito",
    "Há pessoas presas no elevador",
    "Cheiro de gás muito forte no prédio",
    "Minha mãe precisa de oxigênio e estamos sem luz",
    "O prédio pegou fogo",
]

FIGURES = [
    "me voy a morir de risa con acme",
    "ich lache mich tot, acme",
    "muoio di fame, acme",
    "estou morrendo de rir",
    "@acme mort de rire votre pub",
    "je meurs de faim mais la livraison acme arrive",
    "on va mourir de rire avec cette blague acme",
    "J'ai cru mourir de honte devant le conseiller acme",
    "le stade était en feu ce soir, bravo acme pour la retransmission",
    "ils ont mis le feu au stade hier soir, merci acme",
    "votre détecteur de fumée est en promo chez acme",
    "exercice d'évacuation ce matin chez acme, aucun blessé",
    "fausse alerte chez acme, tout va bien",
    "I'm dying laughing at the acme advert",
    "acme this is killing me 😂",
    "the acme team is on fire today",
    "I'm dead 💀 acme really said that",
    "dying to try the new acme box",
    "fire drill at the acme office this morning, nobody was hurt",
    "acme smoke detectors are on sale",
    "my phone battery is dying, thanks acme",
    "Trop de bugs, votre appli me tue",
    "Je suis mort, la pub acme",
    "J'étais mort de trouille quand j'ai vu la facture",
    "Je vais vous tuer votre réputation",
    "votre offre c'est de la bombe",
    "J'ai failli faire une crise cardiaque en voyant ma facture",
    "feu vert pour la fibre",
    "les prix explosent chez acme",
    "mes enfants vont me tuer s'il n'y a pas le wifi",
    "vous nous prenez en otage avec vos contrats",
    "le chat est coincé derrière la box mdr",
    "La série Otages sur acme TV",
    "conseiller en feu aujourd'hui, merci",
    "Je suis bloqué avec votre service client",
    "my phone is dead and acme support killed me",
    "I nearly had a heart attack when I saw the bill",
    "I would kill for decent wifi",
    "your prices are a bomb",
    "stuck on hold for an hour, save me",
    "this playlist is fire",
    "Missing my show because of you",
    "trapped in a contract with acme",
    "I'm drowning in emails from acme",
    "my kids will kill me if there is no wifi",
    "acme shooting themselves in the foot",
    "photo shooting at the acme arena",
    "my battery died during the call",
    "two weeks without wifi, staff missing scheduled calls with customers",
    "if you think anything is missing, ask acme",
    "acme are holding us hostage with credit agencies",
    "I'm missing her so much, acme",
]

HIGH = [
    ("Plus d'internet depuis ce matin dans tout le quartier @acme_help", Kind.OUTAGE),
    ("toujours pas de réseau à Valmont, c'est une panne générale ?", Kind.OUTAGE),
    ("box bloquée à l'étape 4 depuis hier soir", Kind.OUTAGE),
    ("panne fibre dans le 99, pareil chez vous ?", Kind.OUTAGE),
    ("Plus de chauffage ni d'eau chaude ce soir dans l'immeuble", Kind.OUTAGE),
    ("Mes données personnelles ont fuité, mon IBAN a été volé chez acme", Kind.CONTROVERSY),
    ("Je suis journaliste au Courrier, pouvez-vous me contacter ?", Kind.CONTROVERSY),
    ("Appel au boycott de acme, faites tourner", Kind.CONTROVERSY),
    ("Action de groupe contre acme : rejoignez la plainte collective", Kind.CONTROVERSY),
    ("Nous avons besoin d'eau et de nourriture, les routes sont coupées", Kind.NATURAL_DISASTER),
    ("No internet since this morning in the whole town @acme_help", Kind.OUTAGE),
    ("is acme down? no signal at all in Northbridge", Kind.OUTAGE),
    ("network outage here too, my neighbours as well", Kind.OUTAGE),
    ("No heating since last night and we have a newborn", Kind.OUTAGE),
    ("acme data breach: my bank details have been leaked", Kind.CONTROVERSY),
    ("I am a journalist, could the press office get in touch?", Kind.CONTROVERSY),
    ("Boycott acme, spread the word", Kind.CONTROVERSY),
    ("Evacuation order issued for the river district", Kind.NATURAL_DISASTER),
    ("We urgently need water and blankets, the road is closed", Kind.NATURAL_DISASTER),
]

MEDIUM = [
    "Bonjour, ma facture de février est fausse, pouvez-vous regarder ?",
    "aucune réponse du service client, c'est inadmissible",
    "Le technicien n'est pas venu au rendez-vous, encore",
    "comment changer mon mot de passe sur votre site ?",
    "Hi, my bill is wrong, can you have a look please?",
    "on hold for an hour, worst customer service",
    "the engineer never turned up for my appointment",
    "how do I change my tariff?",
]

LOW = [
    "Merci acme, au top comme toujours",
    "mdr la pub acme 😂",
    "Jeu concours acme : gagnez deux places, follow + RT",
    "acme annonce un nouveau partenariat avec le festival",
    "Thanks acme, great service today",
    "lol that acme advert 😂",
    "Win two tickets with acme, enter the competition now",
    "acme shares up after results",
]


@pytest.mark.parametrize("text", DANGER)
def test_danger_trips_the_wire_and_is_critical(text):
    labels = classify(text, "")

    assert trips(text, "")
    assert labels.urgency is Urgency.CRITICAL
    assert labels.scores["critical"] > 0.5
    assert labels.reasons[0].label == "urgency:critical"


@pytest.mark.parametrize("text", ELSEWHERE)
def test_danger_trips_the_wire_in_four_more_languages(text):
    assert trips(text, "")
    assert classify(text, "").urgency is Urgency.CRITICAL


@pytest.mark.parametrize("text", FIGURES)
def test_a_figure_of_speech_is_no_danger(text):
    assert not trips(text, "")
    assert classify(text, "").urgency is not Urgency.CRITICAL


@pytest.mark.parametrize(("text", "kind"), HIGH)
def test_what_needs_a_look_within_the_hour_is_high(text, kind):
    labels = classify(text, "")

    assert (labels.urgency, labels.kind) == (Urgency.HIGH, kind)


@pytest.mark.parametrize("text", MEDIUM)
def test_one_persons_problem_is_medium(text):
    assert classify(text, "").urgency is Urgency.MEDIUM


@pytest.mark.parametrize("text", LOW)
def test_praise_jokes_and_adverts_are_low(text):
    assert classify(text, "").urgency is Urgency.LOW


def test_anger_alone_is_not_high():
    assert classify("acme vous êtes nuls, une honte", "fr").urgency.rank < Urgency.HIGH.rank


def test_an_outage_of_weeks_ranks_below_one_of_today():
    today = classify("plus d'internet depuis ce matin", "fr")
    weeks = classify("plus d'internet depuis trois semaines", "fr")

    assert weeks.scores["high"] < today.scores["high"]


def test_an_old_style_repost_ranks_below_the_post_that_it_repeats():
    first_hand = classify("plus d'internet depuis ce matin @acme", "fr")
    repost = classify("RT @user_0412: plus d'internet depuis ce matin @acme", "fr")

    assert repost.scores["high"] < first_hand.scores["high"]


def test_a_repost_of_danger_stays_critical():
    text = "RT @user_0412: My mum is trapped in the lift, no power"

    assert classify(text, "en").urgency is Urgency.CRITICAL


def test_sentiment_follows_the_words():
    assert classify("merci beaucoup, équipe au top", "fr").sentiment is Sentiment.POSITIVE
    assert classify("awful service, still no reply", "en").sentiment is Sentiment.NEGATIVE
    assert classify("the acme conference starts at nine", "en").sentiment is Sentiment.NEUTRAL


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("plus de réseau depuis hier", "und", "fr"),
        ("no signal since yesterday", "fr", "en"),
        ("kein Netz", "de", "de"),
        ("", "", "und"),
    ],
)
def test_the_language_is_guessed_from_the_words_before_the_tag(text, hint, language):
    assert classify(text, hint).language == language


@pytest.mark.parametrize(
    "text",
    [
        "My m\u200bum is tra\u200dpped in the l\u202eift",
        "My mum is tr\u0430pped in the lift",  # Cyrillic a
        "My mum is tr4pped in the lift",
        "h3lp, there is a g4s l3ak",
        "MY MUM IS TRAPPED IN THE LIFT https://example.org/a?b=c",
        "ＭＹ ＭＵＭ ＩＳ ＴＲＡＰＰＥＤ in the lift",
        "My mum is traaaaaapped in the lift \ud83d",
        "<script>alert(1)</script> My mum is trapped in the lift",
        "x" * 9_000 + " My mum is trapped in the lift",
        "word " * 9_000 + "My mum is trapped in the lift",
    ],
)
def test_disguised_danger_is_seen(text):
    assert trips(text, "")


def test_a_reason_quotes_the_post_and_nothing_else_names_it():
    reasons = classify("Bonjour, forte odeur de gaz rue des Lilas", "fr").reasons

    assert reasons[0].rule == "danger.gas"
    assert reasons[0].words == "odeur de gaz"
    assert all("Lilas" not in reason.says for reason in reasons)


def test_a_batch_is_answered_in_order():
    posts = [("merci beaucoup acme", "fr"), ("gas leak here", "en")]

    assert classify_all(posts) == [classify(*post) for post in posts]


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=400), st.text(max_size=8))
def test_any_text_is_answered_and_always_alike(text, lang):
    labels = classify(text, lang)

    for scores in (labels.scores, labels.kind_scores, labels.sentiment_scores):
        assert math.isclose(sum(scores.values()), 1.0, abs_tol=1e-9)
        assert all(0.0 <= share <= 1.0 for share in scores.values())
    assert set(labels.scores) == set(Urgency)
    assert set(labels.kind_scores) == set(Kind)
    assert set(labels.sentiment_scores) == set(Sentiment)
    assert labels == classify(text, lang)


SENTENCES = [*DANGER, *FIGURES, *MEDIUM, *LOW, *(text for text, _ in HIGH)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES) | st.text(max_size=60), max_size=5))
def test_a_sentence_of_danger_never_lowers_urgency(parts):
    before = " ".join(parts)

    for danger in ("Ma mère est coincée dans l'ascenseur.", "there is a gas leak here"):
        for after in (f"{before}\n{danger}", f"{danger}\n{before}"):
            assert classify(after, "").urgency is Urgency.CRITICAL
            assert trips(after, "")


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4))
def test_whatever_trips_the_wire_is_critical(parts):
    text = " ".join(parts)

    assert not trips(text, "") or classify(text, "").urgency is Urgency.CRITICAL


@pytest.mark.parametrize(
    "text",
    ["is ", "pas de ", "people stuck ", "1 ", "\u0315\u0300", "\ufdfa", "ascenseur personne ", "'"],
)
def test_the_longest_text_takes_bounded_time(text):
    text = (text * MAX_CHARACTERS)[: 3 * MAX_CHARACTERS]
    classify("", "")

    start = perf_counter()
    classify(text, "")

    assert perf_counter() - start < 1.0


def test_every_rule_has_phrases_or_a_pair_and_every_phrase_a_rule():
    phrased = set(rules_fr.PHRASES) | set(rules_en.PHRASES) | set(rules_other.PHRASES)
    paired = {rule for rule, _, _ in PAIRS}

    assert phrased | paired == set(RULES)
    assert {cue for _, *cues in PAIRS for cue in cues} <= phrased


@pytest.mark.parametrize("table", [rules_fr, rules_en, rules_other], ids=["fr", "en", "other"])
def test_phrases_are_written_in_folded_words(table):
    lines = [line for block in table.PHRASES.values() for line in block.strip().splitlines()]
    alternatives = [
        part
        for line in [*lines, *table.CLASSES.values()]
        for token in line.split()
        if not token.startswith("~")
        for part in token.strip("[]").split("|")
        if not part.startswith("<")
    ]

    assert [
        part
        for part in alternatives
        if part not in ("#", "@") and words(part.rstrip("*")).forms != (part.rstrip("*"),)
    ] == []


def test_sheer_length_makes_nothing_urgent():
    told = "Le contrat a été signé, la box est arrivée, le technicien est passé. "

    once, often = classify(told, "fr"), classify(told * 100, "fr")

    assert often.urgency.rank <= max(once.urgency.rank, Urgency.MEDIUM.rank)
