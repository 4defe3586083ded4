// The demo storefront: every list on this page is the Worker's answer to the URL shown at its foot.

const COUNTED = ["category", "material", "certification", "color", "size", "brand", "countryOfOrigin"];
const UNKNOWN = "unknown"; // the value of every field where nothing is stated
const DEFAULT_ORDER = "relevance";
const CATALOGUE_CHANGED = 410;
const PHONE = matchMedia("(max-width: 48rem)");
const MARKETS = await readMarkets();

const state = {
  market: MARKETS[0].code,
  locale: firstLocale(MARKETS[0]),
  order: DEFAULT_ORDER,
  chosen: new Map(COUNTED.map((field) => [field, new Set()])),
  preferred: new Set(),
  low: "",
  high: "",
};
/** What each `field:value` seen is called: a chosen one stays on the page when it would find nothing. */
const labels = new Map();
const $ = (id) => document.getElementById(id);

async function readMarkets() {
  return (await (await fetch("/v1/markets")).json()).markets;
}

/** The page itself is in English, so the garments are too where the market has that. */
function firstLocale(market) {
  return market.locales.includes("en") ? "en" : market.locales[0];
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The canonical form saves a redirect: sorted parameters, sorted values, literal commas between them. */
function query(parameters) {
  const sorted = Object.entries(parameters).filter(([, value]) => value !== "").sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, value]) => `${name}=${value}`).join("&");
}

const list = (values) => [...values].sort().map(encodeURIComponent).join(",");

function listUrl(cursor = "") {
  const parameters = { cursor };
  for (const [field, values] of state.chosen) parameters[field] = list(values);
  if (state.low !== "" || state.high !== "") {
    const minor = (text) => (text === "" ? "" : Math.round(Number(text) * 10 ** decimals()));
    parameters.price = `${minor(state.low)}..${minor(state.high)}`;
  }
  if (!cursor) parameters.facets = list(COUNTED);
  const personal = state.order === "personal";
  if (personal) {
    parameters.explain = "true";
    parameters.prefer = [...state.preferred].sort().map(encodeURIComponent).join("%2C");
  } else if (state.order !== DEFAULT_ORDER) {
    parameters.sort = state.order;
  }
  const asked = query(parameters);
  return `/v1/${state.market}/${state.locale}/${personal ? "recommendations" : "products"}${asked && "?"}${asked}`;
}

async function ask(url) {
  const response = await fetch(url);
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.detail || answer.title), { status: response.status });
  return answer;
}

async function askForList(url) {
  const started = performance.now();
  const answer = await ask(url);
  $("time").textContent = (performance.now() - started).toFixed(0);
  $("request").textContent = url;
  $("request").href = url;
  $("snapshot").textContent = `${answer.snapshot.version}.${answer.snapshot.delta}`;
  $("answered").hidden = false;
  return answer;
}

function say(id, text = "") {
  $(id).textContent = text;
  $(id).hidden = !text;
}

let following = "";
let latest = 0; // answers to an earlier question are dropped

async function showList() {
  const mine = ++latest;
  for (const id of ["problem", "more-problem", "price-problem"]) say(id);
  showPreferences();
  if (Number(state.low) < 0 || Number(state.high) < 0) {
    say("price-problem", "A price is not below 0.");
    return;
  }
  if (state.low !== "" && state.high !== "" && Number(state.low) > Number(state.high)) {
    say("price-problem", `The lowest price, ${state.low}, is above the highest, ${state.high}.`);
    return;
  }
  try {
    const answer = await askForList(listUrl());
    if (mine !== latest) return;
    const number = answer.numberOfItems;
    $("count").textContent = `${number.toLocaleString("en")} ${number === 1 ? "garment" : "garments"}`;
    // Before the products, whose reasons name the values.
    showFacets(answer.facets ?? []);
    $("products").replaceChildren(...(answer.items ?? []).map(card));
    $("nothing").hidden = number > 0;
    showMore(answer);
  } catch (error) {
    if (mine !== latest) return;
    say("problem", error.message);
    $("count").textContent = "";
    $("products").replaceChildren();
    $("nothing").hidden = true;
    showMore({});
  }
}

async function appendPage() {
  const mine = latest;
  say("more-problem");
  try {
    const answer = await askForList(listUrl(following));
    if (mine !== latest) return;
    $("products").append(...(answer.items ?? []).map(card));
    showMore(answer);
  } catch (error) {
    if (mine !== latest) return;
    if (error.status === CATALOGUE_CHANGED) {
      await showList();
      say("problem", "The catalogue has changed since the list was made; it starts anew.");
    } else {
      say("more-problem", error.message);
    }
  }
}

function showMore(answer) {
  following = answer.next ?? "";
  $("more").hidden = !following;
}

/** How many digits a currency has after the point: the Worker counts in its smallest unit. */
function decimals(currency = settings().currency) {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

const money = (minor, currency) =>
  new Intl.NumberFormat(state.locale, { style: "currency", currency }).format(minor / 10 ** decimals(currency));

function price(item) {
  const shown = element("p", { className: "price" }, money(item.price, item.priceCurrency));
  if (item.regularPrice) {
    shown.append(" ", element("del", { textContent: money(item.regularPrice, item.priceCurrency) }));
    const lowest = money(item.lowestPrice30Days, item.priceCurrency);
    shown.append(element("span", { className: "lowest", textContent: `lowest price of the last 30 days: ${lowest}` }));
  }
  return shown;
}

const fibres = (materials = []) =>
  materials.map((one) => (one.percentage ? `${one.percentage} % ${one.name}` : one.name)).join(", ");

function picture(item) {
  const none = () => $("no-picture").content.firstElementChild.cloneNode(true);
  if (!item.image) return none();
  const shown = element("img", { className: "picture", src: item.image, alt: "", width: 240, height: 300, loading: "lazy" });
  shown.onerror = () => shown.replaceWith(none());
  return shown;
}

const described = (item) => [item.brand, item.colorName].filter(Boolean).join(" · ");

function facts(item) {
  const shown = (item.hasCertification ?? []).map((one) =>
    element("li", { textContent: one.name, className: one.matched ? "matched" : "" }));
  return element("ul", { className: "facts" }, ...shown);
}

const nameOf = (key) => labels.get(key) ?? key.slice(key.indexOf(":") + 1);

function reason(term) {
  if (term.name === "base") return `${term.points} from the shop's base order`;
  const what = term.value && nameOf(`${term.field}:${term.value}`);
  return what ? `${term.points} because you prefer ${what}` : `${term.points} ${term.name}`;
}

function why(item) {
  if (!item.explain) return null;
  return element("p", { className: "why", lang: "en", textContent: `score ${item.score}: ${item.explain.map(reason).join(" + ")}` });
}

function card(item) {
  const button = element("button", { className: "card", type: "button", onclick: () => showProduct(item.id) },
    picture(item),
    element("p", { className: "brand", textContent: described(item) }),
    element("p", { className: "name", textContent: item.name }),
    price(item),
    element("p", { className: "fibres", textContent: fibres(item.material) }));
  return element("li", {}, button, facts(item), why(item));
}

function showFacets(facets) {
  for (const facet of facets) for (const one of facet.values) labels.set(`${facet.field}:${one.value}`, one.label);
  const found = new Map(facets.map((facet) => [facet.field, facet]));
  const groups = COUNTED.filter((field) => found.has(field)).map((field) => facetGroup(found.get(field)));
  const focused = $("facets").contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = new Map([...$("facets").querySelectorAll(".values")].map((box) => [box.id, box.scrollTop]));
  $("facets").replaceChildren(...groups.filter(Boolean));
  for (const [id, top] of scrolled) if ($(id)) $(id).scrollTop = top;
  if (focused) $(focused)?.focus({ preventScroll: true });
}

function facetGroup(facet) {
  const counted = new Set(facet.values.map((one) => one.value));
  const held = (value) => state.chosen.get(facet.field).has(value) || state.preferred.has(`${facet.field}:${value}`);
  const kept = [...labels.keys()]
    .filter((key) => key.startsWith(`${facet.field}:`))
    .map((key) => key.slice(facet.field.length + 1))
    .filter((value) => !counted.has(value) && held(value))
    .map((value) => ({ value, label: nameOf(`${facet.field}:${value}`), count: 0 }));
  const values = [...facet.values, ...kept];
  if (values.every((one) => one.value === UNKNOWN && !held(UNKNOWN))) return null;
  const rows = values.map((one) => valueRow(facet.field, one));
  return element("fieldset", {},
    element("legend", { textContent: facet.label }),
    element("div", { className: "values", id: `values-${facet.field}` }, ...rows));
}

function valueRow(field, one) {
  const chosen = state.chosen.get(field);
  const box = element("input", { type: "checkbox", id: `choose-${field}:${one.value}`, checked: chosen.has(one.value) });
  box.onchange = () => {
    if (box.checked) chosen.add(one.value);
    else chosen.delete(one.value);
    showList();
  };
  return element("div", { className: "value" },
    element("label", {}, box, element("span", { textContent: one.label })),
    element("small", { textContent: one.count.toLocaleString("en") }),
    field === "size" || one.value === UNKNOWN ? null : heart(`${field}:${one.value}`, one.label));
}

function heart(key, label) {
  const on = state.preferred.has(key);
  const button = element("button", { type: "button", className: "heart", id: `prefer-${key}`, textContent: on ? "♥" : "♡",
    title: on ? "no longer prefer this" : "prefer this", onclick: () => prefer(key) });
  button.setAttribute("aria-pressed", on);
  button.setAttribute("aria-label", `Prefer ${label}`);
  return button;
}

function prefer(key) {
  if (!state.preferred.delete(key)) state.preferred.add(key);
  $("order").value = state.order = "personal";
  showList();
}

function showPreferences() {
  const names = [...state.preferred].map(nameOf).join(", ");
  if (names) say("preferences", `You prefer ${names}. It is sent with each request and stored nowhere.`);
  else say("preferences", state.order === "personal" ? "Nothing is preferred yet: press ♡ beside a filter to prefer it." : "");
}

async function showProduct(id) {
  const place = `/v1/${state.market}/${state.locale}`;
  const close = element("button", { type: "button", textContent: "Close", onclick: () => $("product").close() });
  const top = element("div", { className: "close", lang: "en" }, close);
  try {
    const item = await ask(`${place}/products/${encodeURIComponent(id)}`);
    const alike = await ask(`${place}/recommendations?item=${encodeURIComponent(id)}&limit=4`).catch(() => ({}));
    $("product").replaceChildren(top, detail(item), ...because(alike.items ?? []));
  } catch (error) {
    const name = element("h2", { id: "product-name", textContent: "This garment cannot be shown" });
    $("product").replaceChildren(top, name, element("p", { className: "problem", textContent: error.message }));
  }
  if (!$("product").open) $("product").showModal();
  $("product").scrollTop = 0;
  close.focus({ preventScroll: true });
}

function detail(item) {
  return element("div", { className: "detail" },
    element("div", {}, picture(item)),
    element("div", {},
      element("h2", { id: "product-name", textContent: item.name }),
      element("p", { textContent: described(item) }),
      price(item),
      element("p", { textContent: item.description ?? "" }),
      table("Made of", (item.components ?? []).map((one) => [one.name, fibres(one.material)])),
      table("Evidence", [...(item.hasCertification ?? []), ...(item.relatedCertification ?? [])].map(evidence)),
      table("Sizes", (item.offers ?? []).map((one) => [one.size, one.availability === "InStock" ? "in stock" : "sold out"]))));
}

function because(items) {
  if (!items.length) return [];
  return [element("h3", { textContent: "Because you are looking at this" }), element("ul", { id: "alike" }, ...items.map(card))];
}

function evidence(one) {
  const share = one.percentage ? `${one.percentage} %` : "";
  const until = one.validThrough ? `until ${one.validThrough.slice(0, 10)}` : "";
  const about = `about the ${one.level}`;
  return [one.name, [about, share, one.issuedBy, one.certificationIdentification, until].filter(Boolean).join(", ")];
}

function table(caption, rows) {
  if (!rows.length) return null;
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell, at) => element(at ? "td" : "th", { textContent: cell }))));
  return element("table", {}, element("caption", { textContent: caption }), ...body);
}

function fill(select, values, labels = values) {
  select.replaceChildren(...values.map((value, at) => element("option", { value, textContent: labels[at] })));
}

function settings() {
  return MARKETS.find((one) => one.code === state.market);
}

const LANGUAGES = new Intl.DisplayNames("en", { type: "language" });
const COUNTRIES = new Intl.DisplayNames("en", { type: "region" });

function showMarket() {
  const { locales, currency } = settings();
  fill($("locale"), locales, locales.map((one) => LANGUAGES.of(one)));
  $("locale").value = firstLocale(settings());
  $("price-legend").textContent = `Price (${currency})`;
  state.low = state.high = $("low").value = $("high").value = "";
  state.chosen.get("size").clear();
  showLocale();
}

function showLocale() {
  state.locale = document.documentElement.lang = $("locale").value;
  showList();
}

function clearAll() {
  for (const values of state.chosen.values()) values.clear();
  state.preferred.clear();
  $("order").value = state.order = DEFAULT_ORDER;
  state.low = state.high = $("low").value = $("high").value = "";
  showList();
}

function foldFilters() {
  $("filters").open = !PHONE.matches;
}

fill($("market"), MARKETS.map((one) => one.code), MARKETS.map((one) => `${COUNTRIES.of(one.country)} (${one.currency})`));
$("market").onchange = (event) => { state.market = event.target.value; showMarket(); };
$("locale").onchange = showLocale;
$("order").onchange = (event) => { state.order = event.target.value; showList(); };
$("low").onchange = (event) => { state.low = event.target.value; showList(); };
$("high").onchange = (event) => { state.high = event.target.value; showList(); };
$("clear").onclick = $("clear-here").onclick = clearAll;
$("more").onclick = appendPage;
PHONE.onchange = foldFilters;
foldFilters();
$("order").value = DEFAULT_ORDER; // a browser may keep the last one over a reload
showMarket();

// The catalogue's links lead to a garment's own page, /products/ID; here that is this page with the garment open.
const linked = location.pathname.match(/^\/products\/([^/]+)$/);
if (linked) showProduct(decodeURIComponent(linked[1]));
