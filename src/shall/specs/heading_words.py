"""Headings in languages whose sentences are not parsed: their lists are read, EARS or not.

Each constant is the source of an alternation for headings that are normalized to NFC.
"""

REQUIREMENT = (
    "exigence|anforderung|requisito|requerimiento|eis|vereiste|wymaganie|požadavek|krav"
    "|gereksinim|persyaratan|yêu cầu|требование|вимога|요구 ?사항|דרישה|(?:ال)?متطلب"
)
"""What precedes the number of a requirement."""

STORY = (
    "(?:histoire|récit|scénario) utilisateur|(?:nutzer|benutzer|anwender)(?:geschichte|story)"
    "|historia de usuario|hist[óo]ria d[eo] (?:usu[áa]rio|utilizador)|storia (?:dell['’])?utente"
    "|gebruikersverhaal|histori(?:a|yjka) użytkownika|kullanıcı (?:hikayesi|hikâyesi|öyküsü)"
    "|(?:пользовательская история|история пользователя)|історія користувача"
    "|사용자 ?(?:스토리|이야기)|סיפור משתמש|قصة (?:ال)?مستخدم"
)
"""What precedes the number of a user story."""

ACCEPTANCE = (
    "(?:crit[èe]res?|sc[ée]narios?|conditions?) (?:d['’]acceptation|de recette)"
    "|(?:akzeptanz|abnahme)(?:kriteri(?:en|um)|szenari(?:en|o)|bedingung(?:en)?)"
    "|(?:criterios?|escenarios?|condiciones) de aceptaci[óo]n"
    "|(?:crit[ée]rios?|cen[áa]rios?|condições) de (?:aceita[çc][ãa]o|aceite)"
    "|(?:criteri(?:o)?|scenari(?:o)?|condizioni) d(?:i |['’])accettazione"
    "|acceptatie(?:criteria|criterium|scenario['’]?s)"
    "|(?:kryteria|scenariusze|warunki) (?:akceptacji|odbioru)|akceptační (?:kritéria|scénáře)"
    "|(?:acceptans|acceptance|akseptanse|accept)(?:kriterier|kriterium|scenarier)"
    "|hyväksymiskriteerit"
    "|kabul (?:kriterleri|ölçütleri|koşulları|senaryoları)|kriteria penerimaan"
    "|(?:tiêu chí|kịch bản) (?:chấp nhận|nghiệm thu)"
    "|(?:критери[ий]|сценари[ий]|условия) (?:при[её]мки|принятия)"
    "|критерії (?:приймання|прийняття)"
    "|(?:인수|수락|승인|수용) ?(?:조건|기준|시나리오)|معايير القبول|קריטריוני קבלה"
)
"""The heading or label of acceptance criteria or scenarios."""

ACCEPTANCE_HINTS = (
    *("acept", "aceit", "accet", "akzept", "abnahme", "akcept", "aksept", "odbior", "kabul"),
    *("penerimaan", "recette", "hyväks", "nghiệm", "chấp", "рием", "риём", "риняти", "ийман"),
    *("ийнят", "인수", "수락", "승인", "수용", "القبول", "קבלה"),
)
"""What each of those has within its first characters, in lower case."""
