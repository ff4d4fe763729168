import { isUtf8 } from 'node:buffer';

/** As git decides it: a NUL among the first 8,000 bytes. */
export const isBinary = (content: Uint8Array): boolean => content.subarray(0, 8_000).includes(0);

/** Whether text says all there is: no byte of it is lost in the decoding, and none cuts it off for some reader. */
export const isText = (content: Uint8Array): boolean => isUtf8(content) && !content.includes(0);

/** Each byte that is no text is shown as one of the private characters from here on. */
const firstByteMark = 0xf700;

/**
 * Bytes as characters, so that different bytes always read differently. Such private characters that the
 * bytes themselves spell are shown byte by byte as well.
 */
export const byteByByte = (content: Uint8Array): string => {
  const parts: string[] = [];
  for (let at = 0; at < content.length;) {
    const length = lengthAt(content, at);
    const bytes = content.subarray(at, at + length);
    const isCharacter = content[at] !== 0 && isUtf8(bytes);
    const text = isCharacter ? Buffer.from(bytes).toString('utf8') : '';
    const isPlain = isCharacter && !/^[\uf700-\uf7ff]$/.test(text);
    if (isPlain) parts.push(text);
    else for (const byte of isCharacter ? bytes : bytes.subarray(0, 1)) parts.push(markOf(byte));
    at += isCharacter ? length : 1;
  }
  return parts.join('');
};

const markOf = (byte: number): string => String.fromCharCode(firstByteMark + byte);

/** What the first byte of a character in UTF-8 says of its length. */
const lengthAt = (content: Uint8Array, at: number): number => {
  const byte = content[at] ?? 0;
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
};
