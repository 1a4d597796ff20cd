"""Spanish, German, Italian and Portuguese phrases of danger to life (lower case, no accents).

The fast lane alone: other rules are French and English. Words that French or English share with
another meaning are left out.
"""

CLASSES = {
    "es_person": (
        "persona|personas|gente|nino|nina|ninos|hijo|hija|bebe|madre|padre|abuela|abuelo|mujer"
        "|hombre|familia|vecino|vecina|trabajador|heridos|alguien"
    ),
    "de_person": (
        "mensch|menschen|leute|person|personen|kind|kinder|baby|mutter|vater|oma|opa|frau|mann"
        "|familie|nachbar|nachbarin|arbeiter|jemand|sohn|tochter"
    ),
    "it_person": (
        "persona|persone|gente|bambino|bambina|bambini|neonato|madre|padre|mamma|papa|nonna|nonno"
        "|donna|uomo|famiglia|vicino|operaio|qualcuno|figlio|figlia"
    ),
    "pt_person": (
        "pessoa|pessoas|gente|crianca|criancas|bebe|mae|pai|avo|mulher|homem|familia|vizinho"
        "|vizinha|trabalhador|alguem|filho|filha"
    ),
}

PHRASES = {
    "danger.trapped": """
        <es_person> ~3 atrapado|atrapada|atrapados|atrapadas|sepultado|sepultados
        atrapado|atrapada|atrapados|atrapadas ~3 ascensor|escombros|casa|edificio|tunel|coche|agua
        encerrado|encerrada|encerrados|encerradas ~3 ascensor|humo
        <de_person>|wir|ich ~4 eingeschlossen|verschuttet|eingeklemmt
        aufzug|fahrstuhl ~3 eingeschlossen|gefangen|fest|stecken
        eingeschlossen ~4 aufzug|fahrstuhl|keller|haus|tunnel
        <it_person> ~3 intrappolato|intrappolata|intrappolati|bloccati|bloccate ~3 ascensore|macerie|casa|tunnel
        intrappolato|intrappolata|intrappolati|intrappolate ~4 ascensore|macerie|casa|edificio|tunnel|auto
        bloccato|bloccata|bloccati ~2 ascensore
        <pt_person> ~3 preso|presa|presos|presas|soterrado|soterrados ~3 elevador|escombros|casa|tunel
        preso|presa|presos|presas ~2 elevador
        sob|debaixo ~1 escombros
        bajo ~2 escombros
        sotto ~1 macerie
        unter ~2 trummern
    """,
    "danger.rescue": """
        manden|envien|necesitamos|llamen ~3 ambulancia|rescate|bomberos
        auxilio|socorro ~4 atrapados|heridos|fuego|ayuda
        schickt|brauchen|ruft ~3 krankenwagen|rettung|feuerwehr|notarzt|rettungswagen
        hilfe ~3 eingeschlossen|verletzt|brennt|feuer
        mandate|serve|servono|chiamate ~3 ambulanza|soccorsi|pompieri
        aiuto ~3 intrappolati|bloccati|feriti|fuoco
        mandem|enviem|precisamos|chamem ~3 ambulancia|resgate|bombeiros
    """,
    "danger.injured": """
        <es_person> ~3 herido|herida|heridos|heridas|inconsciente|electrocutado|electrocutada
        hay ~2 heridos|muertos
        <de_person> ~4 verletzt|verletzte|bewusstlos|schwerverletzt
        mehrere|viele|schwer verletzte|verletzt
        <it_person> ~3 ferito|ferita|feriti|ferite|svenuto|svenuta|folgorato
        ci sono ~2 feriti|morti
        <pt_person> ~3 ferido|ferida|feridos|feridas|inconsciente|eletrocutado
        ha ~2 feridos|mortos
        no ~1 respira|respirar
        atmet|atmen ~2 nicht
        non respira
        nao ~1 respira|respirar|consegue respirar
    """,
    "danger.gas": """
        fuga|escape|olor ~3 gas
        huele ~2 gas
        gasleck|gasgeruch|gasaustritt
        riecht|stinkt ~3 gas
        fuga|odore|puzza ~2 gas
        vazamento|cheiro ~2 gas
        cheira ~2 gas
    """,
    "danger.fire": """
        incendio ~4 edificio|casa|escuela|contador|piso|tienda|planta
        se ~2 quemando|incendiado|incendio
        hay ~1 fuego|humo
        es brennt|feuer ~4 haus|wohnung|keller|schule|gebaude|zahler|stromkasten|laden
        brand ~2 haus|wohnung|keller|gebaude
        rauch ~3 haus|wohnung|keller|zahler|steckdose
        incendio ~4 palazzo|casa|scuola|contatore|appartamento|negozio
        andato|preso|prende a|va fuoco
        ha preso fuoco
        va|andato a fuoco
        predio|casa|escola|contador|apartamento ~3 pegando|pegou|em ~1 fogo|chamas
        pegou fogo
    """,
    "danger.medical": """
        oxigeno|respirador|dialisis|insulina ~8 sin ~1 luz|corriente|electricidad
        sin ~1 luz|corriente|electricidad ~10 oxigeno|respirador|dialisis|insulina
        beatmungsgerat|sauerstoffgerat|sauerstoff|dialyse ~8 stromausfall|ohne strom|kein|keinen
        stromausfall|strom ~10 beatmungsgerat|sauerstoffgerat|sauerstoff|dialyse
        ossigeno|respiratore|ventilatore|dialisi ~8 senza ~1 corrente|luce|elettricita
        senza|manca ~2 corrente|luce|elettricita ~10 ossigeno|respiratore|dialisi
        oxigenio|respirador|ventilador|dialise ~8 sem ~1 luz|energia|eletricidade
        sem ~1 luz|energia|eletricidade ~10 oxigenio|respirador|ventilador|dialise
    """,
    "danger.suicide": """
        quiero|voy ~1 suicidarme|matarme
        bringe|bring mich um
        will nicht mehr leben
        voglio|vado ~2 uccidermi|ammazzarmi|suicidarmi
        quero|vou ~1 suicidar|matar
    """,
    "danger.explosion": """
        ha|hubo ~2 explosion|explotado|explotada
        es gab ~2 explosion
        explosion ~3 haus|fabrik|werk
        esplosione ~4 casa|fabbrica|palazzo|via
        e|ha esploso|esplosa|esploso
        houve ~2 explosao
        explodiu
    """,
    "danger.emergency_calls": """
        no ~3 llamar ~2 112|061|091|emergencias
        notruf|112 ~3 nicht|tot|ausgefallen
        non ~4 chiamare ~2 112|118|soccorsi
        nao ~4 ligar|chamar ~2 112|193|192|emergencia
    """,
    "mask.figure": """
        herido|herida|heridos ~2 orgullo|sensibilidad|sentimientos
        morir|morirse|muero ~1 risa|hambre|sueno|calor|amor|verguenza
        morire|muoio ~1 ridere|fame|sonno|caldo|vergogna
        morrer|morro|morrendo ~1 rir|fome|sono|calor|vergonha|amor
        lache ~2 tot
    """,
}
