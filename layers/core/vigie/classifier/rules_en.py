"""English phrases of each rule, in the pattern language of `phrases.py` (lower case)."""

CLASSES = {
    "net": (
        "internet|wifi|broadband|network|signal|service|data|4g|5g|3g|reception|connection"
        "|connectivity|coverage|bars|phone|phones|line|landline|mobile|fibre|fiber|router|hub|tv"
        "|calls|texts|text|call|servers|server|online"
    ),
    "power": "power|electricity|electric|mains",
    "home": "power|electricity|electric|gas|water|heating|heat|boiler",
    "person": (
        "people|person|man|woman|men|women|child|children|kid|kids|baby|mother|father|mum|mom|dad"
        "|family|families|neighbour|neighbours|neighbor|neighbors|son|daughter|brother|sister|wife"
        "|husband|patient|patients|worker|workers|staff|engineer|resident|residents|lady|elderly"
        "|passengers|students|dozens|hundreds|scores|multiple|several|someone|somebody|others"
        "|grandmother|grandfather|nan|gran|victims|tenants"
    ),
    "place": (
        "house|home|building|flat|flats|apartment|school|hospital|lift|elevator|basement|tunnel"
        "|train|tube|roof|rooftop|floor|factory|warehouse|store|shop|street|tower|block|room|car"
        "|office|plant|station"
    ),
    "bad": (
        "awful|terrible|appalling|disgraceful|disgrace|shocking|useless|pathetic|shit|shite|crap"
        "|rubbish|worst|horrible|horrendous|joke|shambles|ridiculous|unacceptable|disgusting|poor"
        "|abysmal|dreadful|garbage|trash|incompetent|embarrassing|atrocious|diabolical|sucks|bad"
    ),
}

PHRASES = {
    "danger.trapped": """
        lift|elevator ~2 stopped|stuck|broke|jammed ~6 inside|between|<person>
        <person> ~3 can not ~1 get out
        <person> ~3 on|in their ~1 roofs|roof|rooftops
        house|home|flat|basement ~2 flooding ~6 <person>|i|we
        water ~2 rising|entering|coming ~4 house|home|fast|floor
        <person> ~4 trapped|stranded
        trapped ~5 <place>|rubble|water|fire|flood|floodwater*|inside|under|no
        is|are|am|re|m|feared trapped
        stuck ~3 lift|elevator
        lift|elevator ~4 <person> ~4 stuck|inside|trapped
        stranded ~5 <place>|flood|floods|roof|water|neckdeep|neck
        <person> ~4 on|in ~2 roof|roofs|rooftop|rooftops
        under|beneath ~1 rubble
        can not get out ~6 <place>|water|smoke|fire
        swept away
        locked ~2 in ~4 fire|smoke|child|baby|water
    """,
    "danger.rescue": """
        sos|mayday ~6 trapped|hurt|child|children|baby|dying|fire|flood|rescue|drowning|oxygen|hospital|water
        mayday mayday
        need|send|want|request|pls|plz|please|awaiting ~2 rescue|rescued|rescuers|ambulance|paramedics
        <person>|he|she|family|mother|father ~4 needs|needing ~2 rescue|rescued|rescuers|ambulance|paramedics
        rescue|rescuer|rescuers ~1 pls|plz|please|request|needed|us|me|boats
        please rescue
        need to be rescued
        needs|need to evacuate
        need of [immediate|urgent] rescue|help|assistance
        call|calling|called|send|phone ~2 911|999|112|ambulance|firefighters|police ~4 now|fast|quick|please|trapped|hurt|not
        send help ~2 now|quick|quickly|urgently|please|pls|asap
        please|pls|plz send [some] help
        save us|them|him|her ~3 dying|drowning|now|please|life
        help us ~4 die|dying|drowning|trapped
        life or death
        we|people|family|patients|residents ~3 need ~2 immediate ~1 help|action
        immediate help|assistance ~1 needed
        this is an emergency
    """,
    "danger.injured": """
        someone|somebody|man|woman|he|she|customer|colleague|<person> ~1 collapsed|fainted ~6 ambulance|shop|store|breathing|office|street
        having a ~2 seizure|stroke
        call an ambulance
        my|our|a|an|the ~1 <person> ~4 injured|hurt|unconscious|burned|burnt|bleeding|wounded|dying|drowning|electrocuted
        someone|somebody ~4 injured|hurt|unconscious|burned|burnt|bleeding|wounded|dying|drowning
        <person> ~4 unconscious|bleeding|drowning
        badly|seriously|critically|severely ~1 injured|hurt|burned|burnt|wounded|bleeding
        is|are|was unconscious|bleeding
        can not breathe
        can t breathe
        struggling|unable to breathe
        not breathing
        heart attack
        cardiac arrest
        going to die
        gonna die
        is|are|m|re dying
        he|she|they|we|mother|father|mum|dad|someone|people|patient|patients might|could|will|may die
        life|lives ~2 at risk
        lives|life ~3 in danger
        we|people|child|children|kids|family|everyone|i|m|re|they|is ~3 in [real|serious|great|immediate|grave] danger
        danger to life
        hypothermia
        carbon monoxide
    """,
    "danger.missing": """
        my|our ~2 <person> ~4 missing
        man|woman|girl|boy|child ~2 missing
        missing person|child|girl|boy
        have not heard from my|our ~2 <person>
    """,
    "danger.shooting": """
        man|woman|guy|someone|somebody|person with|carrying|waving|holding a ~1 knife|gun|rifle|machete|axe|bomb
        shots fired
        gunshots
        gunman|gunmen
        active shooter
        opening fire
        been|agent|employee|person|officer|he|she ~1 shot
        taken|held hostage
        police storming
        someone|somebody|colleague|man|woman|been|was ~2 stabbed
    """,
    "report.attack": """
        opened fire
        gunned down
        people|persons|students|victims|several|multiple ~1 shot
        shooting at|in|near|reported|underway
        reports ~3 shooting|shots|gunfire|explosion
        hostage|hostages
        stabbed|stabbing
        police ~1 fired
        knife|terror attack
    """,
    "report.hurt": """
        injuries reported
        with injuries
        reports of injuries|injured
        <person>|#|many ~4 injured|hurt|wounded
        is|are|was|been|left ~1 injured|wounded
        life threatening
    """,
    "report.missing": """
        <person> ~4 missing
        #|hundreds|dozens|many missing
        are|is|still|remain|remains|confirmed|reported missing
        unaccounted for
        missing people|persons
    """,
    "report.collapse": """
        collapse|collapsed|collapsing ~3 building|bridge|wall|factory|houses|homes
        building|bridge|factory|houses|homes ~4 collapse|collapsed|collapsing
        blast ~4 people|injured|plant|factory
    """,
    "report.rescue": """
        rescueph
        search and rescue
        swift water rescue|rescues
        rescue crews|workers|efforts
        rescuers
        trapped ~4 water|flood*|earthquake|quake|building|mine|snow
        # ~2 trapped
        stranded ~5 water|flood*
    """,
    "report.plea": """
        sos
        s o s
        s . o . s
        mayday
        send help
    """,
    "report.flight": """
        seek higher ground
        tornado|tornadoes ~4 now|confirmed
        people|residents ~2 flee
    """,
    "danger.fire": """
        burning|smoking|sparks|sparking ~4 junction|box|meter|socket|pole|cable|substation|wires
        <place>|meter|router|phone|battery|charger|transformer|substation|boiler|socket|pole|box|device ~3 on fire
        <place>|meter|router|phone|battery|charger|transformer|substation|boiler|socket|box|device ~3 caught|catches|catching fire
        caught|catches fire
        burst into flames
        smoke ~5 coming|<place>|meter|router|socket|phone|battery|filling|fills
        meter|router|socket|phone|battery|charger|boiler|fusebox ~4 smoking|sparking|sparks|melted|melting|exploded|burning|overheated
        fire ~2 at|in ~4 <place>|flats
        there is|s a fire
        house|building|flat fire
        smell|smells|smelling of|like burning
        burning smell
        up in flames
        flames ~4 <place>|window|windows
    """,
    "danger.gas": """
        gas leak|leaks|leaking
        leak ~3 gas
        smell|smells|smelling ~3 gas
        leaking gas
        carbon monoxide
        co alarm
        gas explosion
    """,
    "danger.electric": """
        pylon|pole|mast ~3 fell|fallen|down|collapsed|leaning ~6 school|playground|road|street|house|kids|wires|car
        wires|cables|lines ~4 playground|road|street|pavement|garden|ground
        electrocut*
        electric shock
        live|exposed|bare wire|wires|cable|cables
        power|electric|electricity line|lines|cable|cables|wire|wires|pole|poles ~4 down|fallen|fell|hanging|ground|road|pavement
        downed power line|lines
        wire|wires|cable|cables ~6 sparking|sparks
    """,
    "danger.explosion": """
        explosion ~6 <place>|heard|huge|massive|gas|just|substation
        huge|massive|big|loud|large explosion
        my|our|the ~1 <place>|bridge|dam|wall|roof ~3 collapsed|collapsing|exploded
        just collapsed|exploded
        dam|levee ~4 burst|broken|breach*|fail*|failing
        wall of water
    """,
    "danger.medical": """
        need|needs|without|no|out of ~2 oxygen|insulin|dialysis|ventilator
        oxygen|ventilator|dialysis|concentrator ~8 stop|stopped|stops|fail|failed|failing|battery|minutes|hours|off|died|dying
        ventilator|concentrator|nebuliser|dialysis ~6 power|electricity
        on oxygen ~10 power|electricity|outage|cut
        insulin ~6 fridge|warm
        life support
        medical equipment|device ~6 power|electricity|working|failed|off
        care|fall|falls alarm|pendant|line ~5 not|down|dead
        hospital|hospitals|morgue|ward ~5 generator|generators|flooded|power
    """,
    "danger.emergency_calls": """
        can not|unable ~4 emergency services|service|call|calls
        can not ~3 call|get|reach an|the ambulance
        can not|t ~3 call|reach|dial|contact ~3 999|911|112|ambulance|emergency
        unable to ~2 call|dial|reach ~3 999|911|112|ambulance|emergency
        999|911|112 ~5 not|down|fails|failing|unreachable
        emergency calls|number ~4 not|fail|failing|down|working
        no way to ~2 call ~3 help|999|911|112|ambulance
    """,
    "danger.suicide": """
        suicidal
        kill|killing myself
        end my life
        end it all
        want|going to die
        commit suicide
        take my own life
        do not want to live
    """,
    "danger.threat": """
        bomb ~1 threat|scare|alert
        suspicious package|device
        i|ll|will|gonna ~3 kill|stab|shoot|murder ~2 you|him|her|them|someone|somebody|staff|your
        i|ll|will|gonna ~2 burn|blow ~3 office|store|shop|building|down|up
        death threat|threats
        threatened ~4 knife|gun|kill|staff|engineer
        attacked|assaulted ~5 engineer|staff|driver|employee|customer
        engineer|staff|driver|employee|guard ~3 attacked|assaulted|punched|threatened
    """,
    "danger.poison": """
        made ~1 us|family|people|kids|children|him|her|son|daughter|everyone ~1 ill|sick
        water|food|product ~3 made ~4 ill|sick|vomit*
        food poisoning
        poisoned|poisonous|poisoning
        toxic ~3 fumes|water|gas|smoke|leak|spill
        <person> ~3 sick|ill ~4 after|from|eating|drinking|water
        allergic reaction|anaphyla*
        contaminated ~3 water|food|milk|batch|product
        water|food|milk|batch|product ~3 contaminated
        choking|choked ~3 on
        chemical leak|spill
        in|to hospital|er ~5 after|because
    """,
    "danger.shelter_now": """
        remain|stay|get indoors|inside
        take shelter
        seek ~1 shelter|ground ~2 now|immediately
        seek higher ground ~2 now|immediately
        shelter in place
        evacuate ~2 now|immediately
        leave|get|move ~2 now|immediately ~4 flood|fire|danger
        tornado warning|confirmed
        confirmed tornado
    """,
    "disaster.needs": """
        need|needs|needed|needing|require|lack|running ~5 food|water|shelter|blankets|medicine|medicines|medical|clothes|tents|supplies|boats|boat|doctors|diapers
        no food|water|shelter|medicine
        without ~2 food|water|shelter|medicine
        badly|urgently|desperately need|needed
        urgent need|needs
        people ~2 in need
        donations|donation|volunteers ~3 needed|distribute
        we are hungry|thirsty|starving
        hungry|starving ~2 children|people
        relief goods
    """,
    "disaster.help": """
        please|pls|plz ~2 help
        help ~2 please|pls|plz|needed|us|now
        requesting
        reliefph
        need help
        still no help
    """,
    "disaster.warning": """
        evacuat*|evac|evacuees
        flood|storm|tsunami|tornado|hurricane|cyclone|fire|weather|severe|wildfire|flashflood ~2 warning|watch|alert|advisory|warnings
        warning|watch|alert issued|for|in
        red|amber|orange alert|warning
        state of emergency
        braces|bracing|braced
        landfall
        storm surge
        warned|warns|warning ~5 flood*|storm|residents|people|danger
        at risk
        be safe|prepared|careful|alert
        stay safe|away|alert|tuned
        take care
        use|urge caution
        signal no|#
    """,
    "disaster.cut": """
        road|roads|highway|hwy|bridge|street|streets|lane|lanes|route|airport|school|schools|classes ~4 closed|closures|closure|blocked|flooded|impassable|cut|suspended|damaged|destroyed|washed
        road closure|closures|closed
        flights ~2 canceled|cancelled|suspended|grounded
        closed|closes|suspends|suspended ~2 roads|road|schools|highway|flights|bridge|airport
        power|electricity ~3 out|knocked|lost|cut|outages
        lights out
        stranded
        no classes
        traffic ~3 not|stopped|lights
    """,
    "disaster.toll": """
        #|hundreds|dozens|many|several [people|persons|confirmed|others|are|were] dead|killed|injured|die|died|deaths|fatalities|casualties
        killed|kills|killing|dead|death|deaths|died|fatal|fatalities|casualties|deadly
        death toll
        leaves # dead|injured
        homeless
        injured
        damaged|destroyed
    """,
    "disaster.event": """
        earthquake|quake|flood|floods|flooding|flooded|typhoon|hurricane|cyclone|tornado|tsunami|wildfire|wildfires|bushfire|bushfires|landslide|landslides|mudslide*|avalanche|derailment|derailed|eruption|explosion|shooting|bombing|bombings|haze|aftershock*|meteor|storm|drought|epidemic|cholera
        crash|crashed
        train|helicopter|plane ~2 crash|crashed
        firefighters|firefighting
        disaster|disasters
        fire|fires ~3 near|burning|destroy*|spread*|acres|hectares|crews|out|alert|contained
    """,
    "disaster.strikes": """
        out of control
        hits|hit|strikes|struck|rocks|slams|lashes|batters|pounds|rages|nears|approaching|heading|threatens|threatening|threaten
        is|are|currently|still|continue|continues ~3 burning|rising|spreading|falling|raging
        magnitude
        happening now
        water ~2 rising|level|levels
        heavy rain|rains|rainfall
        breaking
        flash flood*
        flee
    """,
    "outage.now": """
        no [phone|mobile|data|internet|4g|5g|3g|network|broadband|wi] <net>
        no|zero|without|0|nil|any|non <net>
        not|never ~4 <net>
        do|have|has|had|does|can|did|am|is|getting not ~4 <net>
        <net> ~4 not working|connecting|connect|connected|available|loading|work
        <net> ~3 not ~2 working|work|connect
        not working|loading
        stopped working
        <net> ~4 down|out|off|dead|gone|dropped|lost|disappeared|stopped
        lost|lose|losing ~3 <net>|power
        nothing ~2 works|working
        can not ~3 connect|call|text|use|access|make|receive|log|send|get ~4 <net>|online|anything|calls|internet
        can not make|receive|send|connect|call|text
        emergency calls only
        no service
        nonexistent
        only ~3 emergency
        cut off
        when ~4 fixed|restored|back
        be ~3 back on|up|online
    """,
    "outage.down": """
        is|are|been|went|gone|goes|going|s|all|network|internet|still ~3 down
        down ~2 again|today|now|for
        down in|near
        outage|outages
        network|signal|service|internet|broadband|data|connection|mast ~2 problem|problems|issue|issues|failure|fault|disruption|trouble|outage
        problem|problems|issue|issues|trouble|fault ~4 network|signal|service|internet|broadband|data|coverage|connection|area|mast|texts
        disruption|disrupted
        blackout
        power cut|cuts
        mast ~4 down|fault|repaired|broken|fix*
    """,
    "outage.step": """
        stuck on ~3 loading|step|boot|logo
        red|orange|amber|flashing light|lights
        error code|codes|message
    """,
    "outage.many": """
        anyone|anybody|everyone|everybody|who ~1 else
        is it just me
        just me
        whole|entire|all|across ~2 area|town|city|village|street|household|office|uk|country|region
        in|around|near|at ~3 area|postcode
        in ~1 london|manchester|leeds|glasgow|birmingham|liverpool|bristol|cardiff|edinburgh
        in my|our area
        neighbours|neighbors
        nationwide
        my|our|this area|postcode
        customers ~4 affected|without
    """,
    "outage.shared": """
        same ~2 here|problem|issue|thing|problems|issues
        having|got|have ~2 same
        me too
        same with me
        ditto
        same
    """,
    "outage.power": """
        no|without|lost|losing|not ~2 <home>|hot
        <power> ~3 out|off|gone|down|cut|restored|outage
        power|electricity|gas|water|heating|boiler ~3 cut|outage|off|out|down|broken|packed
        boiler ~4 broken|broke|not|stopped|fault
        cut off ~3 <home>
        still no ~2 <home>
        in the dark
    """,
    "outage.transport": """
        train|trains|tube|tram|bus|flight|flights ~4 stopped|stuck|cancelled|canceled|delayed|suspended|stranded
    """,
    "outage.word": """
        outage*
        breakdown|crash|crashes|crashing
        not ~2 working|work|works
        broken|faulty
        down
        disconnect*|disconnected
        cut off
    """,
    "outage.degraded": """
        slow|slower|slowly|lag|lagging|buffering|unstable|intermittent|intermittently|patchy|weak|unreliable|sluggish|crawling
        keeps|keep|constantly|always|kept ~2 dropping|cutting|losing|disconnecting|going|freezing|crashing
        <bad>|bad|half ~2 signal|coverage|reception|network|connection|internet|data|broadband|4g
        signal|coverage|reception|network|connection|internet|data|broadband|4g ~3 <bad>
        drops|dropping|dropped|drop ~2 out|calls|connection|signal
        come|comes|came|coming and go|goes|going
        barely|hardly
        full bars|signal
        speed|speeds
    """,
    "outage.digital": """
        app|website|site|page|portal|email|emails|login|chat|online ~4 down|not|crash*|broken|unavailable|error|working|errors|issue|issues|problem|problems
        can not ~3 log|login|access|sign|load|open
        unable to ~2 log|login|access|sign|connect|load
        error
        not load|open
        password|verification
    """,
    "outage.topic": """
        internet|wifi|broadband|network|signal|4g|5g|3g|reception|connection|coverage|data|mast
    """,
    "outage.since": """
        since ~2 yesterday|morning|last|this|afternoon|midnight|am|pm|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|about
        since #
        for ~3 hour|hours|minutes|mins|hrs|hr
        24|48 hours|hrs
        all day|morning|night|evening|afternoon
        today
        tonight
        this morning|evening|afternoon
        right now
        at the moment
        currently
        atm
        just now
        yesterday
        last night
    """,
    "outage.lasting": """
        for|over|past|last|nearly|almost|of|about|in ~3 week|weeks|month|months|year|years
        days|weeks|months|years now
        a|two|three|few|# week|weeks|months|years
        5|6|7|8|9|10|11|12|13|14|21 days
        every|each day|time|week|month|night|evening
        constantly|constant|regularly|always|usual
        all the time
        again and again
        since january|february|march|april|may|june|july|august|september|october|november|december
    """,
    "affair.leak": """
        data ~3 breach|leak|leaked|stolen|exposed|theft
        leak|leaked ~4 data|details|passwords|information
        hacked|hacker|hackers|cyberattack|ransomware
        bank|personal|card|private|customer|customers|confidential ~2 details|data|information ~4 leaked|stolen|public|exposed|someone|sent|shared
        gdpr
        someone|somebody else ~2 account|details|bill
    """,
    "affair.fraud": """
        phishing
        fraud|fraudulent|fraudster*|fraudulently
        scam|scams|scammed|scammer|scammers|scamming
        identity theft
        impersonat*
        stole|stolen|stealing ~3 money|from|details|identity
        unauthorised|unauthorized
        sim ~1 swap ~3 fraud|scam
        fake ~2 email|site|website|call|text|texts|account
    """,
    "affair.accusation": """
        discriminat*|racist|racism|sexist|sexism|homophobic|misandry|misogyn*|antisemit*|transphobic
        illegal|illegally|unlawful
        lied|lying|liars|lies
        mis selling
        missold|misselling
        mis sold
        false advertising
        misleading
        breach ~2 contract|law|consumer
        harass*|abuse|abused|assault
        ombudsman|ofcom|trading standards|watchdog
        legal action
        deceptive|corrupt|corruption
        exploit*|child labour
        health hazard
        shame on
        insult*
    """,
    "affair.boycott": """
        boycott*
        class action
        sue|suing ~3 together|all|them
        petition
        protest*|protesters
        delete the app
    """,
    "affair.viral": """
        viral
        is|are|s|all trending
        retweet|rt|share ~3 everyone|everywhere|massively|widely
        spread the word
        please share|retweet
        blowing up
    """,
    "affair.press": """
        am|m a journalist|reporter
        journalist|reporter|correspondent|editor ~2 at|for|with|from|here
        writing a story|piece|article
        working on a story|piece
        press office
        request for comment
        comment ~3 story|article
        dms ~2 open
        mp|mayor|councillor|senator|minister ~8 demand*|asks|asked|calls|raise*|letter
        bbc|itv|guardian|newspaper ~6 contact|comment|speak|interview
        mp for
    """,
    "affair.politics": """
        trump|government|politic*|election|democrat*|republican*|senator|congress|president|minister|premier|climate
        ceo|shareholders|profits|billion|strike|union
        men|women|gender|campaign
        censor*|free speech
    """,
    "cue.vulnerable": """
        baby|newborn|infant|toddler|child|children|kid|kids|pregnant|disabled|disability|elderly|vulnerable|pensioner|pensioners|cancer|patient|patients|dementia|hospital|autistic|epilep*|asthma*|wheelchair
        seriously|very|terminally ill|sick
        old lady|man|people|person|parents|mother|father
        year|yr|yrs old
        my nan|gran|grandma|grandad|grandmother|grandfather|mum|mother|dad|father|parents
        care home
        carer
    """,
    "cue.device": """
        oxygen|ventilator|dialysis|insulin|nebuliser|nebulizer|pacemaker|cpap|concentrator|stairlift
        medical device|equipment|machine|alarm
        breathing machine
        feeding pump|tube
        life support
        telecare
        pendant|lifeline alarm
        fall|falls alarm
        electric wheelchair
    """,
    "cue.cold": """
        freezing|cold|winter|snow|snowing|minus|frozen|heatwave
    """,
    "cue.no_power": """
        no|without|lost|losing|not ~2 power|electricity
        power ~3 cut|out|outage|off|gone|down|failed|failure
        electricity ~3 cut|out|off|gone
        outage|blackout
        in the dark
    """,
    "complaint.bill": """
        bill|bills|billing|billed|charge|charged|charges|charging|overcharg*|refund|refunded|pay|paid|paying|payment|payments|invoice|fee|fees|debit|credit|money|cost|costs|price|prices|tax
        contract|tariff|plan|subscription|upgrade|allowance|price|deal
        compensation
    """,
    "complaint.delivery": """
        deliver*|parcel|order|ordered|dispatch*|courier|tracking
        engineer|technician|appointment|openreach|install*
        waiting|waited|wait
        delay|delays|delayed|late
        booking|booked|reservation|seat|luggage|baggage
    """,
    "complaint.support": """
        customer|customers [care|support] service|services|care|support|team
        on hold
        call centre|center
        no response|reply|answer|help|one|resolution|update|updates
        not ~2 respond*|reply|replied|help|helping|helpful|answer*|answered
        ignor*
        rude|hung up
        hung up
        agent|agents|adviser|advisor|advisors|manager|supervisor|representative|rep
        live chat
        spoke|speak|spoken|speaking|talk|talking to|with
        get through
        in store
        complaint|complaints|complain|complaining
        dm|dms|messaged|emailed ~8 reply|replied|response|back|still|responded|sent
        cut off
        passed around
    """,
    "complaint.fault": """
        faulty|broken|broke|defective|damaged|cracked|leaking|missing|wrong|mold|mould
        not ~3 work|works|working|charge|charging|turn|open|load|play|update|fit|receive|received
        battery
        bug|bugs|glitch*|error|crashes|crashing|freezes|freezing
        stopped working
        issue|issues
        sim|handset|device|phone ~4 locked|unlock|activate|activated|blocked
        wrong ~2 item|size|address|number
        ruined|poor quality
        hate
    """,
    "complaint.leaving": """
        cancel|cancelled|cancelling|cancellation|leave|leaving|switch|switching|moving|move
        never ~3 again|use|buy|shop
        lost|losing ~2 customer
        pac code
        terminate*
    """,
    "complaint.anger": """
        <bad>
        wtf|ffs|fuck*|bullshit|damn|hell|bloody|pissed|arse|piss
        angry|annoyed|annoying|frustrated|frustrating|fuming|furious|disappointed|disappointing|unhappy
        sort it|your out|this
        fed up
        had enough
        what a joke
        taking the piss|mick
        fail|fails|failed|failing
        thieves|thief|robbing
        ripping|rip off
        wind up
        😡|🤬|😠|😤|👎
    """,
    "complaint.problem": """
        problem|problems|issue|issues|trouble|struggling|difficulty|unable|stuck
        what s|is ~1 going on
        what on earth
        what happened
        is there ~3 problem|issue|reason
        going on
        not ~2 happy|impressed|good|acceptable|able
        how ~2 hard|difficult
    """,
    "complaint.negative": """
        let down
        lack|lost|waste|wasted|loss|avoid|regret|sad|wrong|ugly|unfair|stupid|worse|nightmare
        still ~3 not|no|waiting
        again
        no longer
        instead of
        supposed
        nothing
        never
        why
        😭|😢|🙄|☹|😞|😩|😒
    """,
    "asks.question": "?",
    "asks.help": """
        can|could|would|will|please|pls ~2 you|someone|anyone|u|i ~4 help|tell|explain|contact|fix|look|check|advise|confirm|sort|call|reply|respond|dm
        please|pls|plz ~2 help|advise|explain|fix|sort|contact|tell|let|call|check|confirm|respond|reply|can|could|look
        how do|can|long|many|much|come|to
        any update|updates|idea|ideas|chance|news|help|advice|plans
        need|want|wanted|trying|tried|unable to
        do you
        are you
        when will|is|are|do|can
        is there|it
        let me know
        can i|you|anyone|someone
        what is|s|do|can
        why is|are|do|does|has|have|can|did
        advice|assist|assistance
        help
    """,
    "asks.address": """
        hi|hello|hey|dear|morning|afternoon
        you|your|u|ur|you|guys
    """,
    "asks.own": """
        my|our ~2 phone|internet|account|bill|broadband|contract|signal|order|sim|number|line|wifi|service|connection|router|area|flight|bag|card|network|data|plan|mobile|email
        i m|am|ve|have|can|was|need|just|got|had|want
        my
        we are|have|re|ve
    """,
    "low.praise": """
        thank you
        thanks
        thx
        great ~2 service|job|work|experience|product|app|day|team|help
        love|loving|loved|awesome|amazing|excellent|fantastic|brilliant|impressed|perfect|helpful|wonderful|best|happy|cool|beautiful|delicious|enjoy|enjoyed|pleased
        well done
        good job|work|service
        shout out
        shoutout
        kudos|congrat*
        big up
        ❤|👍|😍|🙌|👏|🎉|💙|🥰
    """,
    "low.joke": """
        lol|lmao|lmfao|rofl|haha|hahaha*|😂|🤣|jk|😜|🤪|😹
        joke ~3 why|walks|knock
    """,
    "low.advert": """
        win|winner|won|giveaway|competition|prize|enter|chance to|retweet to|follow to
        offer|offers|discount|sale|promo|coupon|deals|voucher|rewards
        join us|our
        register|event|tickets|ticket|webinar|conference|hiring|careers|job|jobs|graduate|partnership|sponsor*|charity|volunteers
        launch|launches|launched|new|introducing|announc*
        available now
        check out
        subscribe|followers|unfollowed|follow
        app|ios|android|google|iphone|microsoft|samsung ~4 review|released|release|rumor|rumour
        photo|photos|video|watch|song|album|movie|film|episode|game
    """,
    "low.repost": """
        rt|mt @
        rt|mt . @
    """,
    "low.relay": """
        via @
        news|bbc|cnn|reuters|report|reports
        says|said|according
    """,
    "low.sympathy": """
        pray|praying|prayers|prayfor*|thoughts|condolences|rip|heartbreaking|heart|sympathy|sympathies
        god|bless
        sending love
        so sad
        hope|hoping ~4 safe|ok|everyone|well
        donate|donated|fundrais*|redcross|red cross|support ~2 victims
    """,
    "low.market": """
        stock|stocks|shares|market|revenue|investors|acquisition|merger|earnings
        study|research|analysis|article|blog|infographic
    """,
    "low.past": """
        anniversary|memorial|remember*|tribute|years ago|months ago|recovery|aftermath|lessons
        last year
        back ~1 up|on|working
        working now|again|fine
        fixed ~1 now
        all sorted
        sorted now
        suspect|charged|arrested|trial|custody|investigat*
        contained
    """,
    "mask.figure": """
        dying|dead|died of|with|from laughter|laughing
        dying laughing|inside
        i m|am dead|dying [😂|🤣|💀|lol|lmao]
        literally dying|dead
        laugh* ~3 dying|dead|die
        dying ~3 laugh*|😂|🤣|💀
        dying to
        going|gonna [to] die of|from laughter|boredom|embarrassment|laughing
        killing me softly|😂|🤣
        is|are|s|s|were killing me|it
        killed it
        killing it
        on fire today|tonight|🔥|right|lately|with|this
        is|are|m|re|team|you|he|she|they|song|album|track on fire
        kill for a|some
        sos ~2 fashion|hair|style
        shots fired 😂|🤣|lol
        shooting star|stars|video|film|photos|guard
        photo|video|film|movie shooting
        battery dying|dead|died
        phone|laptop|battery|iphone|signal is|s dying|dead
        fire sale|drill|stick|tv|alarm|works
        fireworks|firestick
        missing you|out|u
        am|m|re|really|so missing him|her|home
        is missing from|the|a
        missing from
        missing feature|features|piece|link|email
        missing scheduled|calls|appointments|deadlines|messages|texts|payments
        anything|something is|s missing
        hostage ~2 credit agencies|agency|score|scores
        hostage ~2 contract|contracts|fees|subscription
        heart attack ~3 when|price|bill
        bill|price|prices|cost ~6 heart attack
        nearly|almost gave ~2 heart attack
        game|movie|film|series|book|fortnite|trailer ~4 shooting|bomb|explosion|zombie*|hostage|shot
        save me ~2 money|time|from
        save us ~2 money|time
        bomb ass|dot
        the bomb
        in danger of
        screen shot
        shot of|glass|film
    """,
    "mask.denial": """
        no one ~3 hurt|injured|killed|missing|trapped|harmed
        nobody ~3 hurt|injured|killed|missing|trapped
        no injuries|casualties|danger|victims|fire|leak
        no one is in danger
        not in danger
        false alarm
        drill|exercise|simulation ~3 evacuation|fire|shooter|emergency
        fire|evacuation drill|exercise
        smoke|fire|gas|carbon ~1 detector|detectors|alarm|alarms|insurance
        have been rescued|found
        were|was rescued
    """,
}
