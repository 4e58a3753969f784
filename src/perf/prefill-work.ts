/**
 * Σ over `newTokens` tokens after `contextTokens` of the keys each attends to (itself included, at most `window` of
 * them): m · c + m (m + 1) / 2 without a window.
 */
export function causalPairs(newTokens: number, contextTokens: number, window: number): number {
  const growing = Math.min(newTokens, Math.max(0, window - contextTokens));
  const full = newTokens - growing;
  // No window is Infinity, of which there are then no full tokens: keep 0 · Infinity out.
  return growing * contextTokens + (growing * (growing + 1)) / 2 + (full > 0 ? full * window : 0);
}
