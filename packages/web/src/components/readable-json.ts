const pad = (depth: number): string => '  '.repeat(depth);

/**
 * A JSON value laid out for people: indented, and text of several lines as lines between quotes
 * of three, so that a file inside it reads like a file.
 */
export const readableJson = (value: unknown, depth = 0): string => {
  if (typeof value === 'string' && value.includes('\n')) {
    const lines = value.split('\n').map((line) => pad(depth + 1) + line);
    return `"""\n${lines.join('\n')}\n${pad(depth)}"""`;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = value.map((item) => `${pad(depth + 1)}${readableJson(item, depth + 1)}`);
    return `[\n${items.join(',\n')}\n${pad(depth)}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const lines = entries.map(
      ([key, item]) => `${pad(depth + 1)}${JSON.stringify(key)}: ${readableJson(item, depth + 1)}`,
    );
    return `{\n${lines.join(',\n')}\n${pad(depth)}}`;
  }
  return JSON.stringify(value) ?? 'null';
};
