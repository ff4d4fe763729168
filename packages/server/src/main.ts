// First of all, and before the rest is even found: a signal that comes meanwhile ends nothing, and is not lost.
import './sighup.ts';

await import('./serve.ts');
