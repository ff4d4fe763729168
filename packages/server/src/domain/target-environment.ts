import { environments, type Environment } from '@countersign/shared';
import type { Target } from './planned-action.ts';
import { isWithin, matchesPattern } from './target-pattern.ts';

/** What configuration and policy say of where things belong. */
export interface PlacedTargets {
  /** Places by platform and name, as `spelledAlike` has it; what lies in them belongs where they do. Secrets are of any platform. */
  readonly places: readonly {
    readonly platform: string;
    readonly name: string;
    readonly environment: Environment;
  }[];
  readonly secrets: Readonly<Record<string, Environment>>;
  readonly patterns: readonly { readonly pattern: string; readonly environment: Environment }[];
}

/** Where a target belongs, the strictest word on it; null where nobody has said. */
export const environmentOfTarget = (
  { places, secrets, patterns }: PlacedTargets,
  platform: string,
  { kind, name: given }: Target,
): Environment | null => {
  if (kind === 'secret') return secrets[given] ?? null;
  const name = kind === 'origin' ? withoutRoot(given) : given;
  const spelled = spelledAlike(given);
  const said = [
    ...places.filter((place) => place.platform === platform && isWithin(place.name, spelled)),
    ...patterns.filter(({ pattern }) => matchesPattern(pattern, name)),
  ];
  return said.length === 0 ? null : strictest(said.map(({ environment }) => environment));
};

const address =
  /^(?<protocol>[a-z][a-z0-9+.-]*):\/\/(?<user>[^/?#@]*@)?(?<host>\[[^\]]*\]|[^/?#@:]*)(?::(?<port>\d+))?/i;
const usualPorts: Readonly<Record<string, string>> = { http: '80', https: '443', ssh: '22' };

/**
 * Names of one place in one spelling. Of an address, capitals of its host, a dot or the usual port behind it, and `.git`
 * at the end of its path say nothing; of a path, slashes at its end.
 */
export const spelledAlike = (name: string): string => {
  const found = address.exec(name);
  if (!found?.groups) return name.startsWith('/') ? name.replace(endSlashes, '') : name;
  const { protocol = '', user = '', host = '', port = '' } = found.groups;
  const scheme = protocol.toLowerCase();
  const at = port === '' || port === usualPorts[scheme] ? '' : `:${port}`;
  const path = name
    .slice(found[0].length)
    .replace(endSlashes, '')
    .replace(/\.git(?=$|@)/, '');
  return `${scheme}://${user}${host.toLowerCase().replace(/\.$/, '')}${at}${path}`;
};

/** At the end of a path, before what it holds. */
const endSlashes = /(?<!\/)\/+(?=$|@)/;

/** `https://prod.example.:8443` is where `https://prod.example:8443` is. */
const withoutRoot = (origin: string): string => origin.replace(/\.(?=(?::\d+)?$)/, '');

export interface FoundEnvironment {
  readonly environment: Environment;
  /** What makes it stricter than was claimed, first things first; empty where the claim holds. */
  readonly because: readonly string[];
}

/** Where a plan belongs: what its submitter claims, or where its targets are, whichever is stricter. */
export const environmentOfPlan = (
  placed: PlacedTargets,
  claimed: Environment,
  steps: readonly { readonly platform: string; readonly targets: readonly Target[] }[],
): FoundEnvironment => {
  const found = steps.flatMap(({ platform, targets }) =>
    targets.flatMap((target) => {
      const environment = environmentOfTarget(placed, platform, target);
      return environment ? [{ environment, words: `${target.kind} ${target.name}` }] : [];
    }),
  );
  const environment = strictest([claimed, ...found.map((each) => each.environment)]);
  const because = environment === claimed ? [] : found.filter((each) => each.environment === environment);
  return { environment, because: [...new Set(because.map(({ words }) => words))] };
};

const strictest = (all: readonly Environment[]): Environment =>
  all.reduce((strict, each) => (environments.indexOf(each) > environments.indexOf(strict) ? each : strict));

/** A sentence for whoever reviews it. */
export const environmentWords = (
  claimed: Environment,
  { environment, because }: FoundEnvironment,
): string => {
  const [first = '', ...rest] = because;
  const more = rest.length > 0 ? ` and ${rest.length} more` : '';
  return `claimed ${claimed.toLowerCase()}, but ${first}${more} is ${environment.toLowerCase()}`;
};
