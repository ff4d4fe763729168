/** Tells what becomes of the installation: platforms that change, lanes that grow long, and that they are well again. */
export { createAlertQueries, type AlertQueries } from './queries.ts';
export { startAlertWatch } from './alert-watch.ts';
