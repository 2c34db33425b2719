/** Finding by a few letters. */

/** How well letters stand for a text, the higher the better; null if they are not all in it, in their order. */
function fits(letters: string, text: string): number | null {
  const wanted = letters.toLowerCase().replaceAll(/\s/g, "");
  const whole = text.toLowerCase();
  let score = -whole.length / 1000;
  let last = -2;
  for (const [index, letter] of [...wanted].entries()) {
    const starts = startOfWord(whole, letter, last + 1);
    const next = whole.indexOf(letter, last + 1);
    if (next < 0) return null;
    const isReached = starts >= 0 && holds(whole.slice(starts + letter.length), [...wanted].slice(index + 1));
    const place = next === last + 1 || !isReached ? next : starts;
    score += place === last + 1 ? 3 : place === starts ? 2 : 0;
    last = place;
  }
  return score;
}

/** What fits, the best first; all of it in its order if there are no letters. */
export function findFitting<T>(letters: string, items: readonly T[], textOf: (item: T) => string): readonly T[] {
  if (letters.trim() === "") return items;
  const scored = items.flatMap((item) => {
    const score = fits(letters, textOf(item));
    return score === null ? [] : [{ item, score }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ item }) => item);
}

function holds(text: string, letters: readonly string[]): boolean {
  let from = 0;
  for (const letter of letters) {
    const place = text.indexOf(letter, from);
    if (place < 0) return false;
    from = place + letter.length;
  }
  return true;
}

function startOfWord(text: string, letter: string, from: number): number {
  for (let place = text.indexOf(letter, from); place >= 0; place = text.indexOf(letter, place + 1)) {
    if (place === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(place - 1))) return place;
  }
  return -1;
}
