import type { Fault } from './refusal-details.ts';

interface Node {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** Every fault of a set of named actions: repeated names, unknown names, and circles. */
export const graphFaults = (nodes: readonly Node[], path: string): Fault[] => {
  const faults: Fault[] = [];
  const names = new Set<string>();
  nodes.forEach((node, index) => {
    if (names.has(node.name)) {
      faults.push({ path: `${path}[${index}].name`, message: `"${node.name}" is used twice` });
    }
    names.add(node.name);
  });
  nodes.forEach((node, index) => {
    node.dependsOn.forEach((dependency, position) => {
      if (names.has(dependency)) return;
      faults.push({
        path: `${path}[${index}].dependsOn[${position}]`,
        message: `there is no action named "${dependency}"`,
      });
    });
  });
  if (faults.length > 0) return faults;
  const places = new Map(nodes.map(({ name }, index) => [name, index]));
  return circlesOf(nodes, places).map((circle) => ({
    path: `${path}[${places.get(circle[0] ?? '') ?? 0}].dependsOn`,
    message: inWords(circle),
  }));
};

const inWords = (circle: readonly string[]): string => {
  const [first = ''] = circle;
  if (circle.length === 1) return `"${first}" waits for itself`;
  return `goes in a circle: ${[...circle, first].map((name) => `"${name}"`).join(' waits for ')}`;
};

/**
 * Circles that share no node, each from its first listed node on; none where the graph has none. Following
 * one unmet dependency from every node that can never be met is enough to walk into one.
 */
const circlesOf = (nodes: readonly Node[], places: ReadonlyMap<string, number>): string[][] => {
  const stuck = neverMet(nodes);
  const needs = new Map<string, string>();
  for (const { name, dependsOn } of nodes) {
    const unmet = stuck.has(name) ? dependsOn.find((dependency) => stuck.has(dependency)) : undefined;
    if (unmet !== undefined) needs.set(name, unmet);
  }
  const seen = new Set<string>();
  const circles: string[][] = [];
  for (const start of needs.keys()) {
    const walk = new Set<string>();
    let at: string | undefined = start;
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      walk.add(at);
      at = needs.get(at);
    }
    if (at === undefined || !walk.has(at)) continue;
    const steps = [...walk];
    circles.push(fromFirstListed(steps.slice(steps.indexOf(at)), places));
  }
  return circles;
};

const fromFirstListed = (circle: readonly string[], places: ReadonlyMap<string, number>): string[] => {
  const order = circle.map((name) => places.get(name) ?? 0);
  const start = order.indexOf(order.reduce((least, place) => Math.min(least, place)));
  return [...circle.slice(start), ...circle.slice(0, start)];
};

/** What is left after every node whose dependencies are all met was taken away: circles and what waits for them. */
const neverMet = (nodes: readonly Node[]): ReadonlySet<string> => {
  const unmet = new Map(nodes.map(({ name, dependsOn }) => [name, new Set(dependsOn).size]));
  const waiting = new Map<string, string[]>();
  for (const { name, dependsOn } of nodes) {
    for (const dependency of new Set(dependsOn)) {
      const others = waiting.get(dependency);
      if (others) others.push(name);
      else waiting.set(dependency, [name]);
    }
  }
  const met = nodes.filter(({ dependsOn }) => dependsOn.length === 0).map(({ name }) => name);
  for (const name of met) {
    unmet.delete(name);
    for (const other of waiting.get(name) ?? []) {
      const left = (unmet.get(other) ?? 0) - 1;
      unmet.set(other, left);
      if (left === 0) met.push(other);
    }
  }
  return new Set(unmet.keys());
};

/** Each after all that it depends on, and otherwise as listed. The graph has no faults. */
export const inTurn = <Item extends Node>(nodes: readonly Item[]): readonly Item[] => {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const turns = new Set<Item>();
  for (const first of nodes) {
    const waiting = [first];
    for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
      const needs = node.dependsOn
        .flatMap((name) => byName.get(name) ?? [])
        .filter((need) => !turns.has(need));
      if (needs.length > 0) waiting.push(...needs);
      else turns.add(waiting.pop() ?? node);
    }
  }
  return [...turns];
};
