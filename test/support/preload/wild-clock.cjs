// Loaded by NODE_OPTIONS=--require=…: the wall clock jumps by up to a day, to and fro, several times a second.
const now = Date.now;
const DAY_MILLISECONDS = 86_400_000;

const skewed = () => {
  const real = now();
  return real + Math.round(Math.sin(Math.floor(real / 170) * 12.9898) * DAY_MILLISECONDS);
};
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [skewed()] : given));
  }

  static now() {
    return skewed();
  }
};
