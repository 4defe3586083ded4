// The demo storefront: every list on this page is the Worker's answer to the URL shown at its foot.

const COUNTED = ["category", "material", "certification", "color", "size", "brand", "countryOfOrigin"];
const MARKETS = await readMarkets();

const state = {
  market: MARKETS[0].code,
  locale: MARKETS[0].locales[0],
  order: "relevance",
  chosen: new Map(COUNTED.map((field) => [field, new Set()])),
  preferred: new Set(),
  low: "",
  high: "",
};
const $ = (id) => document.getElementById(id);

async function readMarkets() {
  return (await (await fetch("/v1/markets")).json()).markets;
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
    const minor = (text) => (text === "" ? "" : Math.round(Number(text) * 100));
    parameters.price = `${minor(state.low)}..${minor(state.high)}`;
  }
  if (!cursor) parameters.facets = list(COUNTED);
  const personal = state.order === "personal";
  if (personal) {
    parameters.explain = "true";
    parameters.prefer = [...state.preferred].sort().map(encodeURIComponent).join("%2C");
  } else if (state.order !== "relevance") {
    parameters.sort = state.order;
  }
  const asked = query(parameters);
  return `/v1/${state.market}/${state.locale}/${personal ? "recommendations" : "products"}${asked && "?"}${asked}`;
}

async function ask(url) {
  const started = performance.now();
  const response = await fetch(url);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail || answer.title);
  $("request").textContent = url;
  $("request").href = url;
  $("time").textContent = (performance.now() - started).toFixed(0);
  if (answer.snapshot) $("snapshot").textContent = `${answer.snapshot.version}.${answer.snapshot.delta}`;
  return answer;
}

async function guarded(work) {
  $("problem").hidden = true;
  try {
    await work();
  } catch (error) {
    $("problem").textContent = error.message;
    $("problem").hidden = false;
  }
}

let following = "";

const showList = () => guarded(async () => {
  const answer = await ask(listUrl());
  $("count").textContent = `${answer.numberOfItems.toLocaleString(state.locale)} garments`;
  $("products").replaceChildren(...(answer.items ?? []).map(card));
  showFacets(answer.facets ?? []);
  showMore(answer);
});

const appendPage = () => guarded(async () => {
  const answer = await ask(listUrl(following));
  $("products").append(...(answer.items ?? []).map(card));
  showMore(answer);
});

function showMore(answer) {
  following = answer.next ?? "";
  $("more").hidden = !following;
}

const money = (minor, currency) =>
  new Intl.NumberFormat(state.locale, { style: "currency", currency }).format(minor / 100);

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
  if (!item.image) return element("span", { className: "blank" });
  return element("img", { src: item.image, alt: "", width: 320, height: 320, loading: "lazy" });
}

function facts(item) {
  const shown = (item.hasCertification ?? []).map((one) =>
    element("li", { textContent: one.name, className: one.matched ? "matched" : "" }));
  return element("ul", { className: "facts" }, ...shown);
}

function why(item) {
  if (!item.explain) return null;
  const terms = item.explain.map((term) => `${term.points} ${term.value ?? term.name}`).join(" + ");
  return element("p", { className: "why", textContent: `${item.score} = ${terms}` });
}

function card(item) {
  const button = element("button", { className: "card", type: "button", onclick: () => showProduct(item.id) },
    picture(item),
    element("p", { className: "brand", textContent: `${item.brand} · ${item.colorName}` }),
    element("p", { className: "name", textContent: item.name }),
    price(item),
    element("p", { className: "fibres", textContent: fibres(item.material) }));
  return element("li", {}, button, facts(item), why(item));
}

function showFacets(facets) {
  const open = new Map(facets.map((facet) => [facet.field, facet]));
  $("facets").replaceChildren(...COUNTED.filter((field) => open.has(field)).map((field) => facetGroup(open.get(field))));
}

function facetGroup(facet) {
  const values = facet.values.map((one) => {
    const chosen = state.chosen.get(facet.field);
    const box = element("input", { type: "checkbox", checked: chosen.has(one.value) });
    box.onchange = () => {
      if (box.checked) chosen.add(one.value);
      else chosen.delete(one.value);
      showList();
    };
    const row = element("label", {}, box, element("span", { textContent: one.label }), element("small", { textContent: one.count }));
    row.ondblclick = () => prefer(`${facet.field}:${one.value}`);
    row.title = "double-click: prefer this";
    return row;
  });
  return element("fieldset", {}, element("legend", { textContent: facet.label }), element("div", { className: "values" }, ...values));
}

function prefer(preference) {
  if (preference.startsWith("size:")) return;
  if (!state.preferred.delete(preference)) state.preferred.add(preference);
  $("preferences").hidden = state.preferred.size === 0;
  $("preferences").textContent = `You prefer ${[...state.preferred].map((one) => one.split(":")[1]).join(", ")}. Nothing is stored.`;
  $("order").value = state.order = "personal";
  showList();
}

const showProduct = (id) => guarded(async () => {
  const place = `/v1/${state.market}/${state.locale}`;
  const item = await ask(`${place}/products/${encodeURIComponent(id)}`);
  const alike = await ask(`${place}/recommendations?item=${encodeURIComponent(id)}&limit=4`);
  const close = element("button", { type: "button", textContent: "Close", onclick: () => $("product").close() });
  $("product").replaceChildren(
    element("div", { className: "detail" },
      element("div", {}, picture(item)),
      element("div", {},
        element("h2", { id: "product-name", textContent: item.name }),
        element("p", { textContent: `${item.brand} · ${item.colorName}` }),
        price(item),
        element("p", { textContent: item.description ?? "" }),
        table("Made of", (item.components ?? []).map((one) => [one.name, fibres(one.material)])),
        table("Evidence", [...(item.hasCertification ?? []), ...(item.relatedCertification ?? [])].map(evidence)),
        table("Sizes", (item.offers ?? []).map((one) => [one.size, one.availability === "InStock" ? "in stock" : "sold out"])),
        close)),
    element("h3", { textContent: "Because you look at this" }),
    element("ul", { id: "alike" }, ...(alike.items ?? []).map(card)));
  if (!$("product").open) $("product").showModal();
});

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

function showMarket() {
  fill($("locale"), settings().locales);
  state.locale = settings().locales[0];
  $("price-legend").textContent = `Price (${settings().currency})`;
  state.low = state.high = $("low").value = $("high").value = "";
  state.chosen.get("size").clear();
  showList();
}

function clearAll() {
  for (const values of state.chosen.values()) values.clear();
  state.preferred.clear();
  $("preferences").hidden = true;
  state.low = state.high = $("low").value = $("high").value = "";
  showList();
}

fill($("market"), MARKETS.map((one) => one.code), MARKETS.map((one) => `${one.country} (${one.currency})`));
$("market").onchange = (event) => { state.market = event.target.value; showMarket(); };
$("locale").onchange = (event) => { state.locale = event.target.value; document.documentElement.lang = state.locale; showList(); };
$("order").onchange = (event) => { state.order = event.target.value; showList(); };
$("low").onchange = (event) => { state.low = event.target.value; showList(); };
$("high").onchange = (event) => { state.high = event.target.value; showList(); };
$("clear").onclick = clearAll;
$("more").onclick = appendPage;
showMarket();

// The catalogue's links lead to a garment's own page, /products/ID; here that is this page with the garment open.
const linked = location.pathname.match(/^\/products\/([^/]+)$/);
if (linked) showProduct(decodeURIComponent(linked[1]));
