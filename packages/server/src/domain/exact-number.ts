/** Longer ones say nothing that a shorter one does not, or more than a double holds. */
const longestNumber = 400;

/**
 * The first number in the text of a JSON value that a double cannot hold, so that another one would be read; or
 * null. What people approve, and what is compared to know a call again, must be the number that was sent.
 */
export const inexactNumber = (json: string): string | null => {
  // The common case: no number is long enough, or has an exponent.
  if (!/[\d.]{16}|\d[eE]/.test(json)) return null;
  for (let at = 0; at < json.length;) {
    const character = json.charCodeAt(at);
    if (character === quote) {
      at = endOfString(json, at);
    } else if (isDigit(character)) {
      const end = endOfNumber(json, at);
      const decimal = json.slice(at, end);
      if (!isExactNumber(decimal)) return decimal;
      at = end;
    } else {
      at += 1;
    }
  }
  return null;
};

const [quote, backslash, zero, nine] = [0x22, 0x5c, 0x30, 0x39];

const isDigit = (character: number): boolean => character >= zero && character <= nine;

/** Signs, points and exponents stand between digits; what else is there is no JSON. */
const partsOfNumber = new Set(['+', '-', '.', 'e', 'E'].map((part) => part.charCodeAt(0)));

const endOfNumber = (json: string, start: number): number => {
  let at = start + 1;
  while (isDigit(json.charCodeAt(at)) || partsOfNumber.has(json.charCodeAt(at))) at += 1;
  return at;
};

/** Behind the quotation mark that ends it. */
const endOfString = (json: string, start: number): number => {
  for (let at = start + 1; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === quote) return at + 1;
    if (character === backslash) at += 1;
  }
  return json.length;
};

/**
 * Whether the double that is read from a decimal is written as the same number again. That is more than that it
 * holds it: what people are shown and platforms are sent is what is written.
 */
export const isExactNumber = (decimal: string): boolean => {
  if (decimal.length > longestNumber) return false;
  const value = Number(decimal);
  // Below, a double loses digits one by one.
  if (Math.abs(value) < leastNormal) return !/^[^eE]*[1-9]/.test(decimal);
  // So few digits come back from every double.
  const isPlain = decimal.length <= surelyExact && Number.isFinite(value);
  return isPlain || isExactAsWritten(decimal, value);
};

const surelyExact = 15;
const leastNormal = 2.3e-308;

const isExactAsWritten = (decimal: string, value: number): boolean => {
  // No JSON: the parser says so.
  if (Number.isNaN(value)) return true;
  return Number.isFinite(value) && normalized(decimal) === normalized(String(value));
};

/** `-1.50e3` → `-15e2` */
const normalized = (decimal: string): string => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(decimal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
};

export const inexactWords = (decimal: string): string =>
  `The number ${decimal.slice(0, 60)} cannot be held exactly: send it as text.`;
