// A Worker on the same ideas as Selvedge's snapshot: a bitset per facet value, the values of each product as
// small numbers, cards decoded only for the products shown; top by counting scores instead of sorting.

import { firstOfEachStyle, likePrice, likeWords, readRequest, readShop, seed, weigh } from "./shop.mjs";

const HIGHEST_SCORE = 255 + 24 * 127;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let index;

export default {
  async fetch(request, env) {
    if (request.method === "PUT") return seed(request, env.CATALOGUE);
    index ??= makeIndex(await readShop(env.CATALOGUE));
    return Response.json(recommend(readRequest(request)), { headers: { "cache-control": "private, no-store" } });
  },
};

function makeIndex({ products, weighting }) {
  const size = products.length;
  const words = (size + 31) >>> 5;
  const numbers = {}; // field to value to its number in rows
  const sets = []; // by that number
  const rows = [];
  const starts = new Uint32Array(size + 1);
  const rankOf = new Map();
  products.forEach(({ item, values }, rank) => {
    for (const [field, found] of Object.entries(values)) {
      for (const value of found) {
        const number = ((numbers[field] ??= {})[value] ??= sets.push(new Uint32Array(words)) - 1);
        sets[number][rank >>> 5] |= 1 << (rank & 31);
        rows.push(number);
      }
    }
    starts[rank + 1] = rows.length;
    rankOf.set(item.id, rank);
  });
  return {
    size, words, numbers, sets, starts, weighting, rankOf,
    rows: Uint16Array.from(rows),
    valueOf: Object.entries(numbers).flatMap(([field, of]) =>
      Object.entries(of).map(([value, number]) => ({ number, field, value }))).sort((a, b) => a.number - b.number),
    scores: Uint8Array.from(products, ({ score }) => score),
    prices: Uint32Array.from(products, ({ price }) => price),
    groups: Uint32Array.from(products, ({ group }) => group),
    alike: products.map(({ alike }) => alike),
    cards: products.map(({ item }) => encoder.encode(JSON.stringify(item))),
  };
}

function recommend({ filters, price, context }) {
  const looked = context.recent.map((id) => index.rankOf.get(id));
  const recent = looked.map(valuesOf);
  const points = pointsByNumber(weigh(index, context, recent));
  const likePoints = likePrice(index, index.prices[looked[0]]);
  const wordPoints = likeWords(index, looked.map((rank) => ({ alike: index.alike[rank] })));
  const matches = inPriceRange(match(filters), price);
  const scoreOf = (rank) =>
    score(rank, points) + likePoints(index.prices[rank]) + wordPoints(index.groups[rank]);
  const ordered = highest(matches, scoreOf, 36);
  const shown = firstOfEachStyle(ordered, (rank) => index.groups[rank]);
  const items = shown.map((rank) => JSON.parse(decoder.decode(index.cards[rank])));
  return { numberOfItems: matches.length, items };
}

function valuesOf(rank) {
  const values = Object.fromEntries(Object.keys(index.numbers).map((field) => [field, []]));
  for (let at = index.starts[rank]; at < index.starts[rank + 1]; at++) {
    const { field, value } = index.valueOf[index.rows[at]];
    values[field].push(value);
  }
  return { values };
}

function pointsByNumber(weights) {
  const points = new Uint8Array(index.sets.length);
  for (const [field, byValue] of Object.entries(weights)) {
    for (const [value, weight] of Object.entries(byValue)) points[index.numbers[field]?.[value]] = weight;
  }
  return points;
}

/** OR within a field, AND between fields. */
function match(filters) {
  const found = new Uint32Array(index.words).fill(0xffffffff);
  const union = new Uint32Array(index.words);
  for (const { field, excluding, values } of filters) {
    union.fill(0);
    for (const value of values) {
      const set = index.sets[index.numbers[field][value]];
      if (set) for (let at = 0; at < union.length; at++) union[at] |= set[at];
    }
    const flip = excluding ? 0xffffffff : 0;
    for (let at = 0; at < found.length; at++) found[at] &= union[at] ^ flip;
  }
  return found;
}

function inPriceRange(bits, [low, high]) {
  const ranks = [];
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]; rest; rest &= rest - 1) {
      const rank = (word << 5) + 31 - Math.clz32(rest & -rest);
      const price = index.prices[rank];
      if (price >= low && price <= high) ranks.push(rank);
    }
  }
  return ranks;
}

function score(rank, points) {
  let sum = index.scores[rank];
  for (let at = index.starts[rank]; at < index.starts[rank + 1]; at++) sum += points[index.rows[at]];
  return sum;
}

/** The ranks with the highest scores, equals in base order: at least `count`, so that each style leaves 24. */
function* highest(ranks, scoreOf, count) {
  const scores = Uint16Array.from(ranks, scoreOf);
  const counts = new Uint32Array(HIGHEST_SCORE + 1);
  for (const one of scores) counts[one]++;
  let threshold = HIGHEST_SCORE + 1;
  while (threshold > 0) {
    const above = threshold;
    for (let found = 0; threshold > 0 && found < count; ) found += counts[--threshold];
    const some = [];
    scores.forEach((one, at) => {
      if (one >= threshold && one < above) some.push(at);
    });
    some.sort((a, b) => scores[b] - scores[a] || a - b);
    for (const at of some) yield ranks[at];
  }
}
