// Loaded first by each process that runs tests.
import { registerHooks } from 'node:module';

/** What is published of the SDK is not built for a test: whoever imports it has its sources. */
const sdk = new URL('../../packages/sdk/src/index.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@countersign/sdk') return { url: sdk, shortCircuit: true };
    // Vitest adds it: by it some libraries give sources, which Node takes from no library.
    const conditions = context.conditions.filter((condition) => condition !== 'development');
    return next(specifier, { ...context, conditions });
  },
});
