"""French phrases of each rule, in the pattern language of `phrases.py` (lower case, no accents)."""

CLASSES = {
    "net": (
        "internet|internets|interne|wifi|reseau|reseaux|connexion|connexions|connection|co|conexion"
        "|fibre|adsl|4g|5g|3g|tv|tele|television|ligne|lignes|telephone|tel|box|boxe|freebox"
        "|livebox|bbox|mobile|chaines|serveur|serveurs"
    ),
    "power": "courant|electricite|elec|jus",
    "home": "gaz|eau|chauffage|chaudiere|radiateurs|electricite|courant|elec",
    "no": "plus|pas|aucun|aucune|zero|sans|ss|0|pu|ni|jamais",
    "person": (
        "personne|personnes|gens|enfant|enfants|bebe|femme|homme|mere|pere|maman|papa|parents"
        "|voisin|voisine|voisins|famille|familles|fille|fils|frere|soeur|mari|grand|client|clients"
        "|salarie|salaries|ouvrier|ouvriers|technicien|habitant|habitants|patient|patients"
        "|collegue|collegues|eleves|passagers|blesse|blesses"
    ),
    "place": (
        "maison|immeuble|appartement|appart|batiment|residence|ecole|hopital|ehpad|cave|garage"
        "|ascenseur|tunnel|metro|train|rame|tour|etage|toit|usine|local|hall|quartier"
    ),
    "bad": (
        "nul|nuls|nulle|nulles|honteux|honte|scandaleux|scandaleuse|scandale|inadmissible"
        "|inacceptable|catastrophe|catastrophique|deplorable|lamentable|pitoyable|incompetent*"
        "|horrible|degueulasse|merde|merdique|pourri|pourrie|pourris|minable|desastreux"
        "|insupportable|ridicule|cauchemar|enfer|infernal|incapable|incapables|voleurs|honteuse"
    ),
}

PHRASES = {
    "danger.trapped": """
        <person> ~3 toit|toits ~3 eau|inondation|crue|secours
        personnes|gens|habitants ~3 toits
        isole|isoles|isolee|isolees ~3 crue|inondation|eau|eaux
        eau ~2 entre|rentre|monte ~4 maison|maisons|appartement|etage|chambre
        coince|coincee|coinces|coincees|bloque|bloquee|bloques|bloquees|enferme* ~3 ascenseur*
        ascenseur* ~4 <person> ~5 bloque|bloquee|bloques|bloquees|coince*|enferme*|prisonnier*
        ascenseur* ~5 personne|gens ~3 dedans
        <person> ~4 prisonnier*|coince*|enferme*|piege* ~5 <place>|decombres|flammes|eau|voiture
        coince|coincee|coinces|coincees|pris|piege|pieges ~3 decombres|flammes|gravats|neige|tunnel
        bloque|bloquee|bloques|bloquees ~3 decombres|flammes|gravats|toit
        sous les decombres|gravats
        peut|peuvent|pouvons|peux ~2 plus|pas sortir ~6 eau|fumee|feu|flammes|maison
        emporte|emportee|emportes|emportees par ~3 eau|eaux|courant|crue|vague
    """,
    "danger.rescue": """
        au secours ~8 mere|pere|maman|enfant|enfants|bebe|fille|fils|feu|gaz|fumee|coince*|blesse*|faim|soif
        mere|pere|maman|enfant|enfants|bebe|feu|gaz|fumee|coince*|blesse* ~6 au secours
        a l aide ~3 vite|urgent|urgence|enfant|enfants|meurt|mourir
        sos|mayday ~6 bloque*|coince*|blesse*|enfant|enfants|bebe|meurt|mourir|feu|incendie|inondation|noie|oxygene|hopital|secours
        appelez|appeler|envoyez|envoyer ~3 pompiers|samu|secours|police|ambulance
        besoin ~3 secours|ambulance|sauvetage
        secours ~3 vite|urgent|urgence|immediat*
        sauvez nous|moi|ma|mon|notre
        venez nous chercher|sauver|secourir
        pompiers|samu|secours ~3 sur place
    """,
    "danger.injured": """
        fait|fais|font une|un ~2 crise|malaise|avc|infarctus|overdose
        crise d epilepsie
        <person> ~6 malaise|convulsions|convulse
        saigne|saignent ~3 beaucoup|abondamment|tete
        <person> ~3 blesse|blessee|blesses|brule|brulee|brules|inconscient*
        il|elle|ils|y a|ya|des|un|une ~2 blesse|blessee|blesses|blessees
        est|sont|etait ~2 inconscient|inconsciente|inconscients|evanoui|evanouie
        ne respire plus|pas
        respire plus
        arrive|arrivons|arrivent plus a respirer
        du mal a respirer
        arret cardiaque
        crise cardiaque
        en danger de mort
        danger de mort
        danger vital
        danger imminent
        pronostic vital
        en train de mourir
        va|vais|vont|allons|risque|risquent [de] mourir
        est|sont|suis ~2 en train de mourir
        sa|leur|ma|notre vie|sante est|en ~2 danger|jeu|peril
        vies en danger|jeu|peril
        question de vie
        crevent|crvent|meurent ~1 faim|soif
        perd|perdu ~3 sang
        noye|noyee|noyes ~4 <place>|eau
        est|sont en train de se noyer
        se noie|noient
        grievement
        hypothermie
        intoxique|intoxiquee|intoxiques
    """,
    "danger.missing": """
        <person> ~4 disparu|disparue|disparus|disparues ~3 depuis|hier|matin
        porte|portee|portes|portees disparu|disparue|disparus|disparues
        sans nouvelles de ~2 mere|pere|fille|fils|enfant|frere|soeur|famille|mari|femme
        avis de recherche
        alerte enlevement
    """,
    "danger.shooting": """
        homme|femme|individu|quelqu|personne|type|mec ~3 couteau|arme|fusil|machette|hache
        coups de feu
        coup de feu
        fusillade
        prise d otage|otages
        pris|prises en otage dans|au
        tire|tirent sur ~2 gens|foule|passants|personnes
        attaque|attaques ~2 couteau|arme
        homme arme
        attentat en cours
        attaque terroriste
    """,
    "danger.fire": """
        feu|incendie ~2 declare|declaree|declenche
        etincelle|etincelles ~5 prise|compteur|box|tableau|cable|poteau
        prise|box|compteur|batterie|chargeur|cable|tableau ~3 brulant|brulante|fondu|fondue|crame|crame*
        incendie ~6 <place>|cours|chez|rue|interieur|ravage|declare|transformateur|compteur|antenne
        incendie|feu ~2 en cours
        <place>|compteur|box|freebox|livebox|transformateur|batterie|chargeur|telephone|appareil|poteau|chaudiere|tableau ~3 en feu|flammes
        <place>|compteur|box|freebox|livebox|transformateur|batterie|chargeur|telephone|appareil|poteau|chaudiere|tableau|prise ~3 pris|prend|prends feu
        il y a le feu
        y a le feu
        ya le feu
        feu ~2 <place>
        feu dans|a ~2 <place>|compteur|rue|foret
        fumee ~6 compteur|box|<place>|chaudiere|tableau|transformateur|prise
        compteur|box|chaudiere|tableau|transformateur|prise|telephone|batterie|chargeur ~4 fume|fumee|explose|fond|etincelles|etincelle
        odeur de brule
        sent le brule
        brule ~2 vif|vive|vifs
        flammes ~5 <place>|compteur|rue
    """,
    "danger.gas": """
        fuite [de|du] gaz
        fuites [de|du] gaz
        odeur|odeurs ~2 gaz
        sent|pue ~2 gaz
        sent tres|trop|super|vraiment fort le gaz
        monoxyde
        intoxication ~4 co|carbone|gaz
        gaz ~4 fuit|fuite|echappe
    """,
    "danger.electric": """
        cable|cables|fil|fils|ligne|lignes|poteau|poteaux|pylone ~2 arrache|arraches|arrachee|arrachees|tombe|tombes|tombee|sectionne* ~8 route|rue|ecole|enfant|enfants|trottoir|danger|dangereux
        poteau|poteaux|pylone|arbre|mur|facade ~4 menace|menacent|va|vont ~1 tomber|effondrer|ecrouler
        electrocut*
        electrise|electrisee|electrises
        cable|cables|fil|fils|ligne|lignes ~6 terre|sol|trottoir|route|chaussee ~6 electri*|tension|enfants|danger|dangereux
        cable|cables|fil|fils|ligne|lignes ~2 electri*|tension|denude* ~6 terre|sol|trottoir|route|chaussee|tombe|tombee|pend|enfants
        fil|fils|cable|cables denude|denudes
        haute tension ~5 tombe|tombee|sol|terre
        pris|prend|prends ~3 decharge|jus ~2 compteur|prise|electri*
        poteau|pylone ~5 electri* ~5 tomber|tombe|effondre
    """,
    "danger.explosion": """
        explosion ~6 <place>|gaz|rue|entendu|entendue|forte|transformateur|compteur
        grosse|forte|enorme|grande|violente explosion
        ca a explose
        <place>|pont|barrage|mur|digue|toit ~3 effondre|effondree|effondres|ecroule|ecroulee|explose
        effondrement ~4 <place>|pont|mur
        digue|barrage ~3 cede|rompu|lache
    """,
    "danger.medical": """
        respirateur|concentrateur|dialyse|oxygene|perfusion ~8 arreter|lacher|couper|eteint|eteindre|lache
        besoin ~3 oxygene|insuline|dialyse|respirateur
        manque d oxygene|insuline
        plus d oxygene|insuline
        oxygene ~6 arrete|coupe|vide|bientot|minutes|batterie|autonomie|marche|fonctionne
        respirateur|concentrateur|dialyse|perfusion|pacemaker ~8 arrete|coupe|batterie|autonomie|panne|marche|fonctionne|alarme
        sous ~2 oxygene|respirateur|assistance ~12 coupure|panne|coupe|courant|electricite|batterie
        insuline ~6 frigo|chaud|perdue
        teleassistance|teleassistance|teleassistance ~6 marche|fonctionne|panne|coupee|hs
        alarme|boitier|bracelet ~4 chute ~6 marche|fonctionne|panne|coupe|coupee|hs
    """,
    "danger.emergency_calls": """
        impossible|peut|peux|peuvent|pouvons|plus|pas ~4 appeler|joindre|composer ~4 112|15|18|17|samu|pompiers|secours|urgences
        numeros d urgence ~5 coupe|panne|marche|fonctionne|injoignable*|inaccessible*|hs
        112|samu|pompiers|urgences ~4 injoignable*|inaccessible*|impossible
        hopital|ehpad|urgences|samu ~5 <no> [de|d] telephone|courant|electricite|reseau|ligne
        hopital|ehpad ~4 panne|coupure|coupe|noir
    """,
    "danger.suicide": """
        me suicider
        se suicider
        suicide ~3 maintenant|soir|cause|menace|tentative
        me donner la mort
        mettre fin a mes|ses jours
        en finir avec la|ma vie
        veux|vais|envie de mourir
        envie d en finir
        je vais me tuer|pendre
        me tirer une balle ~4 vie|continue|plus
        me foutre en l air
        me jeter ~3 fenetre|pont|train|rails
        plus envie de vivre
    """,
    "danger.threat": """
        alerte|menace ~3 bombe
        colis suspect
        je|on vais|va ~3 buter|tuer|planter|egorger|frapper|tabasser|crever|flinguer
        je|on vais|va ~2 tout ~2 sauter|peter
        fais|faire|ferai un attentat
        foutre|mettre le feu a|au|aux|dans
        menace de mort
        menaces de mort
        agresse|agressee|agression ~6 technicien|agence|boutique|employe|livreur|conseiller|arme|couteau
        technicien|employe|livreur|conseiller|agent ~5 agresse|frappe|menace|menaces|attaque
    """,
    "danger.poison": """
        <person> ~2 vomissent|vomit|vomi|intoxiques
        vomissent
        intoxication|intoxications
        empoisonne|empoisonnee|empoisonnes
        <person> ~4 malade|malades ~4 apres|mange|bu|eau|cause
        vomi|vomit|vomissent ~5 apres|mange|bu|eau|produit
        choc anaphylactique
        eau|produit ~4 toxique|contamine|contaminee|poison
        aux urgences ~6 apres|cause|produit|mange|bu
    """,
    "danger.shelter_now": """
        mettez|mettre ~2 a l abri
        restez|rester ~3 confine*|abri|interieur
        confinez vous
        evacuez|evacuer|fuyez ~3 immediat*|vite|maintenant|urgence
        evacuation immediate
    """,
    "report.plea": """
        au secours
        o secours
        sos
        s o s
        s . o . s
        mayday
    """,
    "report.rescue": """
        secours|pompiers|sauveteurs ~3 place|intervention|cours|recherchent|evacuent
        ensevelis|englouti*|naufrage
    """,
    "report.hurt": """
        fait|faits ~2 #|plusieurs|des ~1 blesses|morts|victimes
        #|plusieurs blesses|morts
    """,
    "report.missing": """
        disparus
        portes disparus
    """,
    "disaster.needs": """
        besoin|besoins|besoind|bezoin ~4 eau|nourriture|manger|tente|tentes|medicament*|medecin*|aliment*|vivres|couvertures|abri|logement|soins|hopital|bache|baches|lait
        manque|manquons|manquent ~3 eau|nourriture|medicament*|vivres|tentes|tout
        rien a manger|boire
        avons|ai|ont ~2 faim|soif
        grand|grande ~1 faim|soif
        meurt|meurent|meurs|mourons|crevent ~2 faim|soif
        <no> [d|de|l] eau|nourriture|nouriture|manger|tente|tentes|medicament*|abri
        nourriture ~3 svp|eau|tente|tentes
        eau|tente|tentes ~4 nourriture|nouriture|medicament*
        dorment|dort|dormons|dormir ~4 etoile|rue|dehors|sol
        sans abri|logement|toit
        eau potable
        trouve|trouvons|trouvent|recu|recevons|recoit ~3 aide|nourriture|eau|tente|tentes
    """,
    "disaster.help": """
        besoin|besoins|besoind|bezoin|beosin [d|de|l|une] [d|de|l|une] aide|daide|secour
        aidez|aider|aide nous|moi|mous|les
        aide urgente
        aide en urgence
        besoin urgent
        urgemment
        venez|venir|viens|vienne ~2 aide
        sinistre|sinistres|sinistree|sinistrees
        sommes|suis victime|victimes
        quand ~3 aide|distribution
    """,
    "disaster.warning": """
        vigilance|alerte rouge|orange|crue|crues|tempete|cyclone|meteo|canicule|tsunami
        alerte aux inondations|crues
        ordre|avis d evacuation
        evacuation|evacues|evacuees|evacue|evacuer
        risque ~3 inondation*|effondrement|tsunami|crue
    """,
    "disaster.cut": """
        route|routes|autoroute|pont|voie|voies|rue ~3 coupee|coupees|coupe|bloquee|bloquees|barree|inondee|inondees|fermee|impraticable*
        ecoles ~2 fermees
        arbre|arbres|poteau|poteaux ~4 route|chaussee|cables|lignes|maison|sol
        foyers ~4 prives|sans
        prive|prives|privee|privees ~4 electricite|courant|eau|gaz
    """,
    "disaster.toll": """
        au|moins|fait|a|ont ~2 # mort|morts|blesse|blesses|victimes|deces
        mort|morts|blesses|victimes ~4 seisme|incendie|inondation*|accident|tempete|explosion|attentat
        accident ~3 mortel|grave
        deces
        morts
        cadavre|cadavres
    """,
    "disaster.event": """
        seisme|seismes|saisme|tremblement|inondation|inondations|inonde|inondee|inondes|tempete|ouragan|cyclone|tsunami|tornade|avalanche|incendie|incendies
        glissement de terrain
        deraillement|derail*
        crash
        catastrophe naturelle
        crue|crues
        attentat|attentats
        accident
        epidemie|cholera
    """,
    "disaster.strikes": """
        eau ~2 monte|montent
        ca|sa|terre ~2 tremble|tremble
        vient de|d trembler
        en ce moment ~4 seisme|inondation|tempete|incendie
        sous les eaux
        tempete|ouragan|cyclone ~4 arrive|touche|frappe|approche
    """,
    "outage.now": """
        <no> [d|de|du|l|la|le|aucun|aucune|acces] [d|de|du|l|la|le|acces|a|au|aux] <net> [depuis]
        plus|pu ~2 rien ~3 marche|marchent|fonctionne|fonctionnent|capte
        rien ~2 marche|fonctionne
        <net> ~4 marche|marchent|fonctionne|fonctionnent|capte|capt plus|pas|pus|pu
        ca|sa|qui|ne marche|fonctionne plus|pas
        marche|marchent|fonctionne|fonctionnent|remarche toujours|encore|meme|tjs|tjrs pas|plus
        marche plus
        fonctionne plus
        captons|capte|captent plus|pas|rien
        <net> ~3 hs|ko|mort|morte|off|down|plante|plantee|plantent|dead
        <net> ~3 coupe|coupee|coupes|coupees|coupent
        coupe|coupee|coupure|coupures|coupez|couper|perdu|perd ~3 <net>
        retabli|retablir|retablie|retablissez|retablissement|retablissez|remettre|remettez|rallum* ~5 <net>|service|ligne|quand
        reseau|internet|connexion|co|wifi ~1 revient|revenir|reviens
        recupere|recuperer|rendez|rendre ~3 internet|co|connexion|wifi|reseau
        prive|prives|privee|privees d internet|internets|connexion|reseau|telephone
        aucun service
        hors service
        en rade
        impossible ~4 connecter|naviguer|appeler|recevoir|emettre|capter
        interruption ~2 service
        rupture ~2 service|fibre
    """,
    "outage.down": """
        panne|pannes ~2 generale|generalisee|nationale|mondiale|geante|massive|totale|reseau|internet|fibre|secteur
        grosse|enorme|mega panne
        en panne
        une|la|encore|votre|cette panne
        y a une|un panne|bug|incident
        panne|incident ~6 depuis|secteur|cours|quartier|region|departement
        est|sont|etes|totalement|encore ~1 down
        incident ~2 en cours|reseau|collectif|generalise|technique|connu
        bug ~2 generalise|general
        coupure ~4 depuis|secteur|quartier|ce|region
        perturbation*|perturbe* ~4 service|services|reseau|secteur
        fibre ~4 coupee|sectionnee|arrachee|arraches
        downdetector
    """,
    "outage.step": """
        bloque|bloquee|bloques|bloquer|bloqu*|reste|coincee|coince ~5 etape
        etape #
        voyant|voyants ~2 rouge|rouges|orange|clignote*
        clignote ~3 rouge|orange
    """,
    "outage.many": """
        tout|toute le|la|mon|notre quartier|ville|village|rue|immeuble|secteur|region|departement|residence
        dans le #
        dans|sur|a ~2 secteur|quartier|region|departement
        mes|nos|les|plusieurs voisins
        d autres ~2 cas|concernes|touches|ont
        vous aussi
        chez vous aussi
        que moi|chez|nous ?
        suis le|la seul|seule
        plusieurs ~2 a ne plus|pas
        les|aux|des abonnes|foyers|clients ~5 touches|coupes|prives|impactes|sans
        abonnes|foyers|clients ~5 touches|coupes|prives|impactes
        nous n avons plus
        partout
    """,
    "outage.shared": """
        pareil|idem ~3 ici|moi|chez|dans|a|nous
        moi aussi
        ici aussi
        meme probleme|souci|soucis|chose|panne
        la meme ~3 chez|ici|dans
        pareil
    """,
    "outage.power": """
        <no> [d|de|l|le|du] <home>
        <no> [d|de] eau chaude|courante
        <no> [de|ni] chauffage
        <no> [de] lumiere
        coupure|coupures|coupe|coupee|panne ~3 courant|electricite|elec|gaz|eau|chauffage|chaudiere
        chaudiere|chauffage|compteur ~5 panne|hs|lache|arrete|marche|fonctionne
        electricite|courant|gaz|eau|chauffage ~3 coupe|coupee|coupes
        prive|prives|privee|privees ~3 electricite|courant|eau|gaz|chauffage
        dans le noir
    """,
    "outage.transport": """
        train|trains|rer|metro|tram|ligne ~4 arrete|arretes|interrompu|supprime|supprimes|bloque
        trafic ~2 interrompu|perturbe
    """,
    "outage.word": """
        panne|pannes
        coupure|coupures
        incident|incidents
        deconnect*
        bug|bugs|bugg*
        plante|plantage|plantent
        dysfonctionnement*
    """,
    "outage.degraded": """
        lent|lente|lenteur|lenteurs|rame|ramer|rament|lag|lags|lague|laggy
        instable|instables
        saute|sautent|coupe|coupent tout|toutes|sans|toute|regulierement|souvent
        micro coupure|coupures
        microcoupure*
        debit|debits
        ca|sa|qui saute
        capte ~2 mal|rien|pas
        mauvais|mauvaise ~1 reseau|connexion|reception
        reseau|connexion|internet ~3 <bad>
        <bad> ~2 reseau|connexion
    """,
    "outage.digital": """
        appli|application|app|site|espace|compte|portail|messagerie|webmail ~5 marche|fonctionne|bug|bugs|plante|down|hs|inaccessible|indisponible|maintenance|erreur
        impossible|arrive|arrives|peux|peut ~5 connecter|acceder|identifier ~6 compte|espace|site|appli|application|app|mail|mails
        impossible de se|me connecter
        message d erreur
        erreur #
        problemes|probleme d application|appli|site|serveur
    """,
    "outage.topic": """
        internet|wifi|reseau|connexion|fibre|box|freebox|livebox|4g|5g|adsl|signal|chaudiere|chauffage|ligne
    """,
    "outage.since": """
        depuis ~2 matin|midi|hier|aprem|soir|heure|heures|minutes|min|tout|tot|cette|ce|nuit|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
        depuis #
        depuis # h|heures|heure|min|minutes
        ce matin
        ce soir
        cette nuit
        cet apres
        actuellement
        en ce moment
        aujourd hui
        a l instant
        toujours pas
        24h|48h|2h|3h|4h|5h
    """,
    "outage.lasting": """
        depuis ~3 semaine|semaines|mois|ans|an|annee|annees
        semaine|semaines|mois|ans que
        2|3|4|5|6|7|8|9|10|11|12|18 semaines|mois|ans
        une|deux|trois|quelques semaine|semaines|mois
        depuis # jours
        5|6|7|8|9|10|11|12|13|14|15|20 jours
        tous les jours|soirs|matins|mois
        toutes les semaines
        chaque jour|soir|semaine|mois
        regulierement|recurrent*|recurent*|sans arret|constamment
        a chaque fois
        par moment|moments
    """,
    "affair.leak": """
        fuite|fuites|vol|violation|piratage ~3 donnee|donnees|infos|informations|rib|iban|comptes
        donnees|rib|iban|coordonnees ~5 vole|vole|volees|voles|fuite|pirate|piratees|exposees|vendues|darkweb
        pirate|pirates|hacke|hackes|piratage|cyberattaque
        attaque informatique
        donnees personnelles
        rgpd|cnil
    """,
    "affair.fraud": """
        phishing|hameconnage
        arnaque|arnaques|escroquerie|fraude|fraudes|frauduleux|frauduleuse|frauduleusement
        usurpation|usurpe|usurpant
        faux ~2 mail|sms|site|conseiller|technicien|numero
        demarchage|demarcheurs
        porte a porte
        escroc|escrocs
        debit|prelevement ~2 frauduleux|inconnu
    """,
    "affair.accusation": """
        discrimin*|raciste|racisme|sexiste|sexisme|homophobe|antisemit*|harcelement|harceler
        illegal|illegale|illegaux|illegales|illegalement
        vente|ventes forcee|forcees
        pratique|pratiques ~3 commerciale|commerciales|trompeuse|abusive|illegale|douteuses
        publicite mensongere
        mentent|mensonge|mensonges|menteurs ~3 clients
        corruption|pollution|polluer|polluent
        porter plainte
        porte|depose plainte
        la loi ~4 impose|oblige|contraint
        droit ~3 consommation|consommateur
        maltraitance
    """,
    "affair.boycott": """
        boycott*
        action de groupe
        action collective
        recours collectif
        plainte collective
        class action
        petition
        tous ensemble ~4 plainte
        manifest* ~4 devant|contre
    """,
    "affair.viral": """
        viral|virale
        buzz
        tendance|tendances ~2 twitter|x|france
        en tt
        faites tourner
        partagez|rt|retweetez massivement|max|maximum|en masse
        bad buzz
        toute la france ~4 parle
    """,
    "affair.press": """
        suis journaliste
        journaliste ~2 a|au|chez|pour
        notre|ma|la redaction
        nous preparons un|une ~2 article|sujet|reportage|enquete
        service|contact|relations presse
        dm ouverts|ouvert
        interview ~5 porte|dirigeant|service
        depute|deputee|maire|senateur|senatrice|prefet|prefete|prefecture|ministre|elu|elue ~8 demande|exige|interpelle|alerte|attend|souhaite|reclame
        ufc|que choisir|60 millions ~6 demande|enquete|alerte|plainte
        association ~6 demande|alerte|exige|interpelle
    """,
    "affair.politics": """
        macron|gouvernement|ministre|politique|politiques|gauche|droite|gauchiste*|islamo*|migrant*
        actionnaires|pdg|dividendes|salaire|superprofits|greve|syndicat*
        honte a
        sale|sales arabe|arabes|noir|noirs|juif|blanc
        racisme|raciste|racistes
    """,
    "cue.vulnerable": """
        bebe|nourrisson|nourissons|enfant|enfants|enceinte|handicap*|malade|malades|agee|agees|age|ages|ehpad|seniors|senior|hospitalis*|invalide|asthmatique|aveugle
        grand mere|pere|parents
        mamie|papi|papy
        ma mere|maman|grand
        mon pere|papa
        mes parents
        80|81|82|83|84|85|86|87|88|89|90|91|92|93|94|95|96|97|98 ans
        jumeaux|nouveau ne
    """,
    "cue.device": """
        oxygene|respirateur|concentrateur|dialyse|insuline|pacemaker|perfusion
        assistance|insuffisant|insuffisante|insuffisance respiratoire
        appareil|appareils|machine|materiel ~2 respiratoire|respiratoires|medical|medicaux|respirer|sante|electrique
        apnee
        teleassistance|telealarme
        boitier ~3 alarme|chute|secours
        medicalise|medicalisee
        lit medicalise
        fauteuil electrique|roulant
    """,
    "cue.cold": """
        froid|gele|gelee|gelons|caille|caillent|hiver|neige|negatif|negatives|canicule|chaleur|chaleurs|frigorifie*
        en plein hiver|decembre|janvier|fevrier
        moins # degres
        degres
    """,
    "cue.no_power": """
        <no> [d|de|l|le] ~1 <power>
        coupure|coupures|coupe|coupee|coupez|couper|panne ~3 <power>
        panne|coupure electrique
        <power> ~3 coupe|coupee|saute|lache|revient|retabli
        dans le noir
    """,
    "complaint.bill": """
        facture*|factures|facturation|prelev*|preleve|rembours*|payer|paye|paie|payez|paiement|echeancier|mensualite*|regularisation
        trop percu
        abonnement|contrat|forfait|tarif|tarifs|prix|euros|euro
        augmentation|augmente|augmentez|hausse
        frais de
        geste commercial
        chere|cher
        resili*
    """,
    "complaint.delivery": """
        livraison|livre|livree|colis|commande|commandee
        point relais
        technicien|techniciens|intervention|rdv|raccordement
        rendez vous
        en attente
        attends|attend|attente
        retard|delai|delais
        demenag*|portabilite|installation
        mise en service
    """,
    "complaint.support": """
        service|sav clients|client|consommateur|apres ~5 <bad>
        <bad> ~3 service|sav
        injoignable|injoignables
        personne ~3 repond|reponds|rappelle|aide|daigne
        impossible ~4 joindre|contacter|avoir|parler
        aucune|pas|jamais [de] reponse|reponses|nouvelle|nouvelles|retour|suivi|solution|solutions
        repond|repondez|repondent|rappelle|rappele|rappelez|rappellent ~1 pas|jamais|plus
        ne repond*
        raccroch*|racroch*
        balade|balader|trimballe|ghost
        conseiller|conseillere|conseillers|assistance|sav|hotline|3244|standard
        service client|clients
        au telephone
        dm|mp|mail|mails|message|messages ~6 reponse|repondu|retour
        relance|relances|relancer
    """,
    "complaint.fault": """
        defectueux|defectueuse|defaut|casse|cassee|abime|abimee
        ne reconnait|detecte|affiche|demarre|charge|enregistre|accepte ~1 pas|plus
        chaine|chaines ~6 bloquee|bloquees|disparu|manque|manquent|noir
        ecran noir
        telecommande|decodeur|player
        erreur|erreurs
    """,
    "complaint.leaving": """
        resili*|quitter|quitte|partir|barre|casser|tchao|ciao|adieu
        changer|change d|de operateur|fai|fournisseur|box
        vais chez
        jamais|plus ~2 chez vous
        fuir
        mise en demeure|tribunal|mediateur|avocat
    """,
    "complaint.anger": """
        <bad>
        bordel|putain|ptn|merde|foutage|fdp|enculer|encules|connard*|cons|niquer|nique|chier|branleurs|guignols|clowns|bouffons
        marre|ras le bol
        foutez|moquez|fous|fout|moque ~3 gueule|monde|nous|clients
        abuse|abusez
        serieux|serieusement
        insulter
    """,
    "complaint.problem": """
        probleme|problemes|pb|pbs|souci|soucis|galere|galerer|difficulte|difficultes|ennui|ennuis
        comment ~4 possible
        c est normal
        est ce normal
        normal ?
        il se passe quoi
        qu est ce qu|qui ~3 passe
        que se passe
        vous faites quoi
    """,
    "complaint.negative": """
        decu|decue|deception|dommage|triste|regrette|mecontent|mecontente|mauvais|mauvaise|pire|inutile
        marre|soule|soulez|fatigue|fatiguant|relou|chiant|ennerve|enerve|perdu|perdre
        abusif|abusive|voleur|vol|mensonge|mentir|mensonges|menteurs
        bande de
        toujours rien
        au lieu de
        aucun|aucune
        encore
    """,
    "asks.question": "?",
    "asks.help": """
        pouvez|pourriez|peux|pouvez vous|tu ~6 aider|repondre|expliquer|dire|contacter|regarder|verifier|confirmer|rappeler|debloquer|intervenir
        merci de|d ~6 repondre|contacter|rappeler|regler|faire|trouver|donner|me|nous
        que faire
        comment faire|fait|puis|peut|on|je|recuperer
        une|des|avez solution|solutions|idee|infos|info|nouvelles|informations
        besoin d aide|un|une
        aidez|aide moi
        j aimerais|aimerai|voudrais|souhaite|souhaiterais|essaie|essaye|attends
        serait il possible
        savez vous
        avez vous
        help
        svp|stp
        possible d|de
        est ce que
        pourquoi
        quand
    """,
    "asks.address": """
        bonjour|bjr|bonsoir|hello|salut|coucou|allo|hey
        vous|votre|vos|tu
    """,
    "asks.own": """
        ma|mon|mes|notre ~1 box|freebox|livebox|ligne|abonnement|contrat|compte|facture|fibre|forfait|boxe|connexion|compteur|chaudiere|dossier|commande|telephone|resiliation|internet
        j ai|avais
        je suis|n|ne|me
        chez moi
        on a|nous
    """,
    "low.praise": """
        merci beaucoup|infiniment|encore|bcp
        merci a|pour ~6 aide|rapidite|service|reponse|reactivite|retour|equipe|equipes
        bravo ~2 a|aux|pour|equipe|equipes
        excellent|excellente|parfait|parfaite|top|genial|geniale|super|formidable|impeccable|nickel|satisfait|satisfaite|rapide|efficace|adorable|chapeau
        felicitations
        bon|bonne travail|boulot|service|nouvelle
        au top
        j adore
        tres content|contente|satisfait|bien|bon|bonne
        recommande
        remarche
        refonctionne
        marche tres|super bien
    """,
    "low.joke": """
        mdr*|ptdr*|lol|xd|jpp|hahaha*|haha|😂|🤣|🤡
        blague|humour
    """,
    "low.advert": """
        jeuconcours|concours|gagner|gagnez|gagnant|tirage|cadeau|cadeaux|participer|follow
        offre|offres|promo|promotion|bon plan|soldes|reduction
        partenariat|partenaire|sponsor|evenement|salon|webinaire|inscrivez|inscription|conference|table ronde|rejoignez
        decouvrez|nouveaute|disponible|lancement|lance|sortie
        recrute|recrutement|alternance|stage|emploi
        abonnez vous
    """,
    "low.relay": """
        via @
        lire|article|replay|podcast|interview|reportage|live
        selon
    """,
    "low.sympathy": """
        courage
        pensees|prieres|prions|prie|condoleances|soutien|solidarite
        dieu|jesus|seigneur|eternel
        repose en paix
        souhaite|souhaitons
    """,
    "low.market": """
        bourse|cac40|cac|milliards|millions
        chiffre d affaires
        resultats|acquisition|rachat|deploiement|couverture|arcep|operateurs
        abonnes ~3 peuvent|beneficier
    """,
    "low.past": """
        a l epoque
        l annee derniere
        il y a # ans
        souvenir|anniversaire|commemor*|hommage
        c est revenu|repare|regle|retabli|bon
        tout ~3 rentre dans l ordre
        probleme ~2 resolu|regle
    """,
    "mask.figure": """
        mourir d ennui|impatience
        vais|va mourir d|de ennui|rire|honte|chaud|impatience
        failli ~3 crise|mourir|infarctus
        crise cardiaque ~8 facture|prix|tarif|montant
        facture|prix|tarif|montant ~8 crise cardiaque
        tuer ~2 reputation|business|ambiance|temps|concurrence
        mort|morte|morts|mortes ~1 de rire|faim|soif|fatigue|froid|trouille|honte|peur
        mourir|meurs|meurt|creve|crever ~1 de rire|chaud|ennui|faim|honte
        a mourir de rire
        va|vais|vont|risque|risquent mourir de rire|honte|ennui|faim|chaud
        veux|vais|envie de mourir de rire|honte
        mourir de rire
        je suis mort|morte|morts
        tuer ~2 le temps
        ca me tue
        tue le game|jeu
        pris en otage par|chez
        prise d otage
        en feu ce soir|aujourd|sur|le|les
        mettre|mis le feu au|a|a stade|dancefloor|salle|scene
        mettre|mets|met le feu ~4 stade|dancefloor|salle|scene|public
        feu d artifice
        feu vert|rouge|tricolore
        coup de feu en cuisine
        au secours ~2 humour|blague
        incendie|explosion des|de prix|factures|tarifs|problemes
        sms|numero sos
        sos medecins|amitie|racisme
        jus de
        film|serie|jeu|roman|livre ~4 attentat|fusillade|bombe|explosion|incendie|zombie*
        bombe ~2 latine|atomique|sexuelle|la
        c est|cette|trop|une bombe
        message sos
        tuer ~1 pere|mere ~2 jeu
        morts ~2 kilometre*|vivants
        nature morte
        au point mort
        temps mort
        batterie ~1 morte|vide
    """,
    "mask.denial": """
        aucun|aucune|pas|plus|ni|sans [de|d] blesse|blesses|victime|victimes|danger|incendie|fuite|risque
        aucun|aucune|pas|plus ~1 danger
        il n y a pas|plus ~2 blesses|danger|feu|fuite
        fausse alerte
        exercice|simulation ~4 evacuation|incendie|attentat|alerte|secours
        exercice d evacuation|incendie
        alarme|alerte incendie ~2 test|essai|exercice
        detecteur|detecteurs|porte|portes|assurance de|d|incendie|fumee|coupe ~2 fumee|gaz|monoxyde|incendie|feu
    """,
}
