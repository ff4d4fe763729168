import { hasProgram } from './debian-package.ts';

/** Prometheus with its promtool, as Debian packs them. */
export const requirePrometheus = (): void => {
  if (hasProgram('promtool', 'prometheus')) return;
  throw new Error(
    'Tests need prometheus and promtool, which are not on this machine: install them (Debian: apt-get install prometheus).',
  );
};
