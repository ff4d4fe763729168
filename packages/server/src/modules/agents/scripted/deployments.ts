import type { JsonObject } from '../../../domain/json.ts';
import { accepted, type Outcome } from '../../../domain/errors.ts';
import type { PlanningSession } from '../planner-port.ts';
import { question } from './recipe.ts';

export interface Deployment extends JsonObject {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

const textAt = (row: JsonObject, key: string): string => {
  const value = row[key];
  return typeof value === 'string' ? value : '';
};

/** `live/shop/web-01` of the inventory. */
const ofRow = (row: JsonObject): Deployment[] => {
  const [cluster, namespace, name, ...more] = textAt(row, 'id').split('/');
  const isWhole = cluster && namespace && name && more.length === 0;
  return textAt(row, 'kind') === 'deployment' && isWhole ? [{ cluster, namespace, name }] : [];
};

/** Those that the requester's words found. */
export const deploymentsInScope = ({ scope }: PlanningSession): readonly Deployment[] =>
  scope.rows.flatMap(ofRow);

/** The one that is called so: `web-01`, `shop/web-01` or `live/shop/web-01`. */
export const deploymentCalled = (session: PlanningSession, called: string): Outcome<Deployment> => {
  const parts = called.split('/');
  const [name = '', namespace, cluster] = parts.toReversed();
  const known = deploymentsInScope(session).filter(
    (one) =>
      one.name === name &&
      (namespace === undefined || one.namespace === namespace) &&
      (cluster === undefined || one.cluster === cluster),
  );
  const [only, ...others] = known;
  if (only && others.length === 0) return accepted(only);
  if (only)
    return question(`Which ${name} is meant: ${known.map(pathOf).join(', ')}? Name it with its place.`);
  // What the inventory does not know may be there: planning its action finds out.
  const where = cluster ?? session.scope.places.find(({ kind }) => kind === 'cluster')?.name;
  return namespace !== undefined && where !== undefined
    ? accepted({ cluster: where, namespace, name })
    : question(`In which cluster and namespace is ${name}? Name it as cluster/namespace/${name}.`);
};

export const pathOf = ({ cluster, namespace, name }: Deployment): string => `${cluster}/${namespace}/${name}`;
