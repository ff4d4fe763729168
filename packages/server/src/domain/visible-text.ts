/**
 * Everything that takes no room, moves other text, or cannot be told from a space; a line break and a tab are
 * text. The console draws exactly these as marks (packages/web, visible-marks.ts): what a reviewer sees as a
 * mark is what a plan calls deceptive.
 */
export const hiddenCharacters =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/u;

/** What hides nothing: Windows' line ends, a byte order mark before all else, a joiner between two emoji. */
const harmless =
  /\r\n|^\ufeff|(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})/gu;

/** Whether text reads differently from what a machine takes it for. */
export const isDeceptive = (text: string): boolean =>
  hiddenCharacters.test(text) && hiddenCharacters.test(text.replaceAll(harmless, ''));

/** What a reader sees of it, without the blanks around it. */
export const visibleText = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').trim();
