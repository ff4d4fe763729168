const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A namespace, by RFC 1123: 1 to 63 lower-case letters, digits and "-", not at either end. */
export const isLabel = (text: string): boolean => text.length <= 63 && label.test(text);

/** Most other objects: such labels with "." between them, 253 characters at most. */
export const isSubdomain = (text: string): boolean =>
  text.length <= 253 && text.split('.').every((part) => label.test(part));

/** In configuration: all namespaces that policy does not refuse. */
export const everyNamespace = '*';
