/** How the parts of a roofline look, by the colour variables of a report page. */
export const ROOFLINE_STYLE = `
.roofline { display: block; width: 100%; height: auto; font-family: var(--font); font-variant-numeric: tabular-nums; }
.roofline text { fill: var(--ink); }
.roofline .soft { fill: var(--ink-soft); }
.roofline .end { text-anchor: end; }
.roofline .middle { text-anchor: middle; }
.roofline .strong { font-weight: 600; }
.roofline .halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.roofline .rule { stroke: var(--rule); stroke-width: 1px; }
.roofline .below { fill: var(--ink); fill-opacity: 0.03; }
.roofline .roof { fill: none; stroke: var(--ink); stroke-width: 2px; stroke-linejoin: round; }
.roofline .lower { stroke: var(--ink-soft); stroke-width: 1.25px; stroke-dasharray: 5 4; }
.roofline .leader { stroke: var(--ink-soft); stroke-width: 1px; }
.roofline .dot { fill-opacity: 0.55; stroke-width: 1.25px; }
${[0, 1, 2, 3, 4, 5].map((i) => `.roofline .series${i} { fill: var(--series${i}); stroke: var(--series${i}); }`).join("\n")}
`;
