/** Lengths in pixels that all parts of a drawing share. */

/** Width of a character on average, and height of a line, relative to the font size. */
const CHARACTER = 0.6;
const LINE = 1.35;

export function textWidth(text: string, fontSize: number): number {
  return CHARACTER * fontSize * text.length;
}

export function lineHeight(fontSize: number): number {
  return LINE * fontSize;
}

/** Tenths of a pixel are enough. */
export function px(length: number): number {
  return Math.round(length * 10) / 10;
}

/** Maps `low` to `from` and `high` to `to`, logarithms evenly between. */
export function logScale(
  { low, high }: { readonly low: number; readonly high: number },
  from: number,
  to: number,
): (value: number) => number {
  const start = Math.log(low);
  const perUnit = (to - from) / (Math.log(high) - start);
  return (value) => from + (Math.log(value) - start) * perUnit;
}

/** Text cut between words into lines no longer than `width`, as far as words allow. */
export function wrapped(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
