const ZERO = 48;
const POINT = 46;
const SPACE = 32;
const MOST_EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: MOST_EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The decimal number in `text` from `start` to before `end`, spaces around it allowed; NaN when there is anything else
 * (empty, "NaN", "Infinity", hexadecimal). Up to 15 digits are read in place: a whole number below 2^53 divided by a
 * power of ten below 10^22 is correctly rounded (Clinger, PLDI 1990). The rest goes to the built-in conversion.
 */
export function parseDecimal(text: string, start: number, end: number): number {
  while (start < end && text.charCodeAt(start) === SPACE) start++;
  while (end > start && text.charCodeAt(end - 1) === SPACE) end--;
  let digits = 0;
  let mantissa = 0;
  let fractionDigits = -1;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (fractionDigits >= 0) fractionDigits++;
    } else if (code === POINT && fractionDigits < 0) {
      fractionDigits = 0;
    } else {
      return parseUncommon(text.slice(start, end));
    }
  }
  if (digits === 0 || digits > MOST_EXACT_DIGITS) return parseUncommon(text.slice(start, end));
  return fractionDigits > 0 ? mantissa / POWERS_OF_TEN[fractionDigits]! : mantissa;
}

/** Signs, exponents, many digits; or no number at all. */
function parseUncommon(text: string): number {
  return DECIMAL.test(text) ? Number(text) : NaN;
}
