"""What shoppers are told about the order of lists, by language; the most important parameter comes first."""

# ruff: noqa: E501 - one sentence a line keeps translations side by side

from __future__ import annotations

import msgspec

FALLBACK = "en"


class RankingTexts(msgspec.Struct, frozen=True):
    """`parameters` are name, description and whether they need the shopper's consent."""

    summary: str
    parameters: tuple[tuple[str, str, bool], ...]
    options: tuple[str, ...]


TEXTS: dict[str, RankingTexts] = {
    "en": RankingTexts(
        "Filters decide what you see; the order is decided by the points below, added up for each product.",
        (
            (
                "Basic order",
                "Every product has the same basic points for everyone; the shop sets them when it publishes the catalogue. They weigh most. Then brands and categories take turns.",
                False,
            ),
            (
                "What you ask for",
                "Preferences that you choose on this page, and the product that you are looking at.",
                False,
            ),
            (
                "What the shop arranges",
                "The shop may raise, lower, place or leave out products, also by season and country. Places that somebody pays for are marked.",
                False,
            ),
            (
                "What you looked at",
                "Recently viewed products raise others of the same category, brand, material or colour, of a like price or described in like words, and what other visitors looked at after them; the newest count most.",
                True,
            ),
            (
                "What you like",
                "Products that you clicked, saved, bought or removed in this browser change what is raised, little by little. Products that were shown to you and that you did not look at move down.",
                True,
            ),
            (
                "Your profile",
                "What you have told the shop that you like or avoid, what you bought or removed elsewhere, and what a model says of you. You can see, correct, object to and erase it.",
                True,
            ),
        ),
        (
            "Without your consent nothing about you is used: everyone then gets the same order.",
            "You can withdraw your consent at any time; what was remembered in this browser is deleted at once.",
            "personalise=off shows any list once without it.",
            "Product lists have an order that never depends on you, and can also be sorted by price or date.",
        ),
    ),
    "nl": RankingTexts(
        "Filters bepalen wat u ziet; de volgorde wordt bepaald door de punten hieronder, per product opgeteld.",
        (
            (
                "Basisvolgorde",
                "Elk product heeft voor iedereen dezelfde basispunten; de winkel bepaalt ze bij het publiceren van het assortiment. Ze wegen het zwaarst. Daarna wisselen merken en categorieën elkaar af.",
                False,
            ),
            (
                "Waar u om vraagt",
                "Voorkeuren die u op deze pagina kiest, en het product dat u bekijkt.",
                False,
            ),
            (
                "Wat de winkel regelt",
                "De winkel kan producten hoger, lager of op een vaste plaats zetten of weglaten, ook per seizoen en land. Betaalde plaatsen zijn gemarkeerd.",
                False,
            ),
            (
                "Wat u bekeek",
                "Onlangs bekeken producten brengen andere van dezelfde categorie, merk, materiaal of kleur, met een vergelijkbare prijs of een vergelijkbare beschrijving naar voren, en wat andere bezoekers daarna bekeken; de nieuwste tellen het meest.",
                True,
            ),
            (
                "Wat u mooi vindt",
                "Producten die u in deze browser aanklikte, bewaarde, kocht of verwijderde, veranderen stap voor stap wat naar voren komt. Producten die u te zien kreeg en niet bekeek, zakken.",
                True,
            ),
            (
                "Uw profiel",
                "Wat u de winkel vertelde dat u graag hebt of vermijdt, wat u elders kocht of verwijderde, en wat een model over u zegt. U kunt het inzien, verbeteren, er bezwaar tegen maken en het wissen.",
                True,
            ),
        ),
        (
            "Zonder uw toestemming wordt niets over u gebruikt: iedereen krijgt dan dezelfde volgorde.",
            "U kunt uw toestemming altijd intrekken; wat in deze browser is onthouden, wordt meteen gewist.",
            "Met personalise=off ziet u een lijst één keer zonder.",
            "Productlijsten hebben een volgorde die nooit van u afhangt, en kunnen ook op prijs of datum worden gesorteerd.",
        ),
    ),
    "es": RankingTexts(
        "Los filtros deciden lo que ve; el orden lo deciden los puntos siguientes, sumados para cada producto.",
        (
            (
                "Orden básico",
                "Cada producto tiene los mismos puntos básicos para todos; la tienda los fija al publicar el catálogo. Son los que más pesan. Después, marcas y categorías se alternan.",
                False,
            ),
            (
                "Lo que usted pide",
                "Las preferencias que elige en esta página y el producto que está mirando.",
                False,
            ),
            (
                "Lo que dispone la tienda",
                "La tienda puede subir, bajar, colocar u omitir productos, también por temporada y país. Los lugares pagados están señalados.",
                False,
            ),
            (
                "Lo que ha mirado",
                "Los productos vistos hace poco hacen subir otros de la misma categoría, marca, material o color, de precio similar o de descripción parecida, y lo que otros visitantes miraron después; los más recientes cuentan más.",
                True,
            ),
            (
                "Lo que le gusta",
                "Los productos en los que hizo clic, guardó, compró o quitó en este navegador cambian poco a poco lo que sube. Los productos que se le mostraron y que no miró bajan.",
                True,
            ),
            (
                "Su perfil",
                "Lo que ha dicho a la tienda que le gusta o evita, lo que compró o quitó en otro lugar y lo que dice de usted un modelo. Puede verlo, corregirlo, oponerse a él y borrarlo.",
                True,
            ),
        ),
        (
            "Sin su consentimiento no se usa nada sobre usted: todos reciben entonces el mismo orden.",
            "Puede retirar su consentimiento cuando quiera; lo que se recordaba en este navegador se borra al momento.",
            "personalise=off muestra una lista una vez sin ello.",
            "Las listas de productos tienen un orden que nunca depende de usted y también se pueden ordenar por precio o fecha.",
        ),
    ),
    "sv": RankingTexts(
        "Filter avgör vad du ser; ordningen avgörs av poängen nedan, som läggs ihop för varje produkt.",
        (
            (
                "Grundordning",
                "Varje produkt har samma grundpoäng för alla; butiken sätter dem när sortimentet publiceras. De väger tyngst. Därefter varvas märken och kategorier.",
                False,
            ),
            ("Det du ber om", "Önskemål som du väljer på sidan, och produkten som du tittar på.", False),
            (
                "Det butiken bestämmer",
                "Butiken kan lyfta, sänka, placera eller utelämna produkter, även efter årstid och land. Betalda platser är märkta.",
                False,
            ),
            (
                "Det du har tittat på",
                "Produkter som du nyligen har sett lyfter andra av samma kategori, märke, material eller färg, med liknande pris eller liknande beskrivning, och det som andra besökare sedan tittade på; de senaste räknas mest.",
                True,
            ),
            (
                "Det du tycker om",
                "Produkter som du har klickat på, sparat, köpt eller tagit bort i den här webbläsaren ändrar steg för steg vad som lyfts. Produkter som visats för dig utan att du har tittat på dem sjunker.",
                True,
            ),
            (
                "Din profil",
                "Det du har sagt till butiken att du gillar eller undviker, det du har köpt eller tagit bort någon annanstans, och det en modell säger om dig. Du kan se, rätta, invända mot och radera den.",
                True,
            ),
        ),
        (
            "Utan ditt samtycke används ingenting om dig: då får alla samma ordning.",
            "Du kan när som helst återkalla ditt samtycke; det som sparats i den här webbläsaren raderas genast.",
            "Med personalise=off visas en lista en gång utan.",
            "Produktlistor har en ordning som aldrig beror på dig, och kan också sorteras efter pris eller datum.",
        ),
    ),
    "pl": RankingTexts(
        "Filtry decydują o tym, co widzisz; o kolejności decydują poniższe punkty, sumowane dla każdego produktu.",
        (
            (
                "Kolejność podstawowa",
                "Każdy produkt ma dla wszystkich te same punkty podstawowe; sklep ustala je przy publikacji katalogu. Ważą najwięcej. Potem marki i kategorie występują na zmianę.",
                False,
            ),
            ("To, o co prosisz", "Preferencje wybrane na tej stronie oraz produkt, który oglądasz.", False),
            (
                "To, co ustala sklep",
                "Sklep może podnosić, obniżać, umieszczać lub pomijać produkty, także według pory roku i kraju. Miejsca opłacone są oznaczone.",
                False,
            ),
            (
                "To, co oglądasz",
                "Ostatnio oglądane produkty podnoszą inne z tej samej kategorii, marki, materiału lub koloru, w podobnej cenie lub o podobnym opisie oraz to, co inni oglądali po nich; najnowsze liczą się najbardziej.",
                True,
            ),
            (
                "To, co lubisz",
                "Produkty kliknięte, zapisane, kupione lub usunięte w tej przeglądarce stopniowo zmieniają to, co jest podnoszone. Produkty pokazane, lecz nieobejrzane, przesuwają się w dół.",
                True,
            ),
            (
                "Twój profil",
                "To, co według Twoich słów lubisz lub czego unikasz, co zostało kupione lub usunięte gdzie indziej, oraz co mówi o Tobie model. Możesz go zobaczyć, poprawić, sprzeciwić się mu i usunąć go.",
                True,
            ),
        ),
        (
            "Bez Twojej zgody nie używamy niczego, co dotyczy Ciebie: wszyscy widzą wtedy tę samą kolejność.",
            "Zgodę możesz wycofać w każdej chwili; to, co zapamiętano w tej przeglądarce, zostaje od razu usunięte.",
            "personalise=off pokazuje listę jednorazowo bez tego.",
            "Listy produktów mają kolejność, która nigdy od Ciebie nie zależy; można je też sortować według ceny lub daty.",
        ),
    ),
}
