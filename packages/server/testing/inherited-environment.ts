/**
 * What a process of the product needs of ours where it is given an environment of its own: programs are found, and
 * what one process has compiled the next need not, which is half of a start (`npm test` says where that is kept).
 */
export const inheritedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
