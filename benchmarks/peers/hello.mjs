// The least that a JavaScript Worker can do.

export default {
  fetch: () => new Response("Hello World!"),
};
