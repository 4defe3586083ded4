// What both JavaScript peers share: the catalogue in KV, reading a request, and what a person's signals weigh.
//
// The catalogue is one JSON document `shop` and JSON arrays `products/0`, `products/1`, ... in base order:
// { group, alike, score, price, values: { field: [value, ...] }, item }, where `item` is what a list shows and
// `alike` are [group, weight] of styles of like words.

const SETTINGS = new Set(["limit", "personalise"]);
const PAGE = 24;

export async function readShop(kv) {
  const shop = await kv.get("shop", "json");
  const chunks = [];
  for (let n = 0; n < shop.chunks; n++) chunks.push(await kv.get(`products/${n}`, "json"));
  return { ...shop, products: chunks.flat() };
}

/** The filters of a query string, and what the `context` cookie says of the person. */
export function readRequest(request) {
  const filters = [];
  let price = [0, Infinity];
  for (const [name, text] of new URL(request.url).searchParams) {
    if (SETTINGS.has(name)) continue;
    if (name === "price") {
      const [low, high] = text.split("..");
      price = [low ? +low : 0, high ? +high : Infinity];
    } else {
      const excluding = name.endsWith(".not");
      const values = excluding ? [...text.split(","), "unknown"] : text.split(",");
      filters.push({ field: excluding ? name.slice(0, -4) : name, excluding, values });
    }
  }
  return { filters, price, context: readContext(request.headers.get("cookie") ?? "") };
}

function readContext(cookies) {
  const found = /(?:^|; )context=([^;]*)/.exec(cookies);
  return found ? JSON.parse(atob(found[1])) : { affinities: [], recent: [] };
}

/** Field to value to points: affinities, and what the recent products have in common, newest first. */
export function weigh({ weighting }, context, recent) {
  const weights = new Map(context.affinities.map(([field, value, weight]) => [`${field}:${value}`, weight]));
  for (const [key, points] of strongest(fromRecent(weighting, recent), weighting.terms)) {
    weights.set(key, Math.min(weighting.most, (weights.get(key) ?? 0) + points));
  }
  const byField = {};
  for (const [key, points] of strongest([...weights], weighting.terms)) {
    const [field, value] = key.split(":");
    (byField[field] ??= {})[value] = stepped(weighting, points);
  }
  return byField;
}

const stepped = ({ most, step }, points) => Math.floor(Math.min(most, points + step / 2) / step) * step;

function fromRecent(weighting, recent) {
  const found = [];
  for (const [field, most] of Object.entries(weighting.recent)) {
    const seen = new Map();
    recent.forEach(({ values }, age) => {
      for (const value of values[field]) seen.set(value, (seen.get(value) ?? 0) + weighting.decay[age]);
    });
    seen.delete("unknown");
    for (const [value, factor] of seen) found.push([`${field}:${value}`, (factor * most) >> 8]);
  }
  return found.filter(([, points]) => points > 0);
}

const strongest = (weights, count) =>
  weights.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, count);

/** What a like price adds to a product: like that of the product looked at last. */
export function likePrice({ weighting: { price: points, band } }, newest) {
  if (newest === undefined) return () => 0;
  const [low, high] = [Math.ceil((newest * 100) / band), Math.floor((newest * band) / 100)];
  return (price) => (price >= low && price <= high ? points : 0);
}

/** What like words add to the products of a group: like those of the products looked at last. */
export function likeWords({ weighting: { text: { most, looks, styles, same }, decay } }, recent) {
  const sums = new Map();
  recent.slice(0, looks).forEach(({ alike }, age) => {
    for (const [group, weight] of alike) sums.set(group, (sums.get(group) ?? 0) + weight * decay[age]);
  });
  const best = [...sums].sort(([a, x], [b, y]) => y - x || a - b).slice(0, styles);
  const points = new Map(best.map(([group, sum]) => [group, Math.min(most, Math.floor((most * sum) / (same << 8)))]));
  return (group) => points.get(group) ?? 0;
}

/** The first page of products in order: each style once, in its best colourway. */
export function firstOfEachStyle(ordered, groupOf) {
  const styles = new Set();
  const shown = [];
  for (const product of ordered) {
    const group = groupOf(product);
    if (styles.has(group)) continue;
    styles.add(group);
    shown.push(product);
    if (shown.length === PAGE) break;
  }
  return shown;
}

/** Stores what the benchmark sends: `PUT /KEY`. */
export async function seed(request, kv) {
  await kv.put(new URL(request.url).pathname.slice(1), request.body);
  return new Response(null, { status: 204 });
}
