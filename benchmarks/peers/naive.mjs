// A Worker as a shop would write it by hand: the catalogue parsed once in the isolate; then for each request
// filter all products, score those that match, sort them, and show the first 24.

import { firstOfEachStyle, likePrice, likeWords, readRequest, readShop, seed, weigh } from "./shop.mjs";

let shop;
let byId;

export default {
  async fetch(request, env) {
    if (request.method === "PUT") return seed(request, env.CATALOGUE);
    if (!shop) {
      shop = await readShop(env.CATALOGUE);
      byId = new Map(shop.products.map((product) => [product.item.id, product]));
    }
    return Response.json(recommend(readRequest(request)), { headers: { "cache-control": "private, no-store" } });
  },
};

function recommend({ filters, price, context }) {
  const recent = context.recent.map((id) => byId.get(id));
  const weights = Object.entries(weigh(shop, context, recent));
  const likePoints = likePrice(shop, recent[0]?.price);
  const wordPoints = likeWords(shop, recent);
  const like = (product) => likePoints(product.price) + wordPoints(product.group);
  const matches = shop.products.filter((product) => satisfies(product, filters, price));
  const scored = matches.map((product) => ({ product, score: score(product, weights) + like(product) }));
  scored.sort((a, b) => b.score - a.score); // stable: equals stay in base order
  const shown = firstOfEachStyle(scored, ({ product }) => product.group);
  return { numberOfItems: matches.length, items: shown.map(({ product }) => product.item) };
}

function satisfies(product, filters, [low, high]) {
  if (product.price < low || product.price > high) return false;
  return filters.every(({ field, excluding, values }) => {
    const found = product.values[field].some((value) => values.includes(value));
    return excluding ? !found : found;
  });
}

function score(product, weights) {
  let sum = product.score;
  for (const [field, points] of weights) {
    for (const value of product.values[field]) sum += points[value] ?? 0;
  }
  return sum;
}
