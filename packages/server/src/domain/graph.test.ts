import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphFaults } from './graph.ts';

/** `a:b,c d` is a node a that needs b and c, and a node d. */
const nodesOf = (text: string) =>
  text
    .split(' ')
    .filter(Boolean)
    .map((node) => {
      const [name = '', needs = ''] = node.split(':');
      return { name, dependsOn: needs.split(',').filter(Boolean) };
    });

const lines = (text: string): string[] =>
  graphFaults(nodesOf(text), 'actions').map(({ path, message }) => `${path}: ${message}`);

describe('the faults of a graph', () => {
  it.each([
    [''],
    ['a'],
    ['a b c'],
    ['a b:a c:b'],
    ['c:b b:a a'],
    ['a b:a c:a d:b,c'],
    ['a b:a,a'],
    ['a:d b:a c:a,b d'],
  ])('are none in "%s"', (text) => {
    expect(lines(text)).toEqual([]);
  });

  it.each<[text: string, faults: string[]]>([
    ['a a', ['actions[1].name: "a" is used twice']],
    ['a a a', ['actions[1].name: "a" is used twice', 'actions[2].name: "a" is used twice']],
    ['a:x', ['actions[0].dependsOn[0]: there is no action named "x"']],
    [
      'a b:a,x,y',
      [
        'actions[1].dependsOn[1]: there is no action named "x"',
        'actions[1].dependsOn[2]: there is no action named "y"',
      ],
    ],
    [
      'a a:x',
      ['actions[1].name: "a" is used twice', 'actions[1].dependsOn[0]: there is no action named "x"'],
    ],
    ['a:a', ['actions[0].dependsOn: "a" waits for itself']],
    ['a:b b:a', ['actions[0].dependsOn: goes in a circle: "a" waits for "b" waits for "a"']],
    [
      'x a:b b:c c:a',
      ['actions[1].dependsOn: goes in a circle: "a" waits for "b" waits for "c" waits for "a"'],
    ],
    ['late:a a:b b:a root', ['actions[1].dependsOn: goes in a circle: "a" waits for "b" waits for "a"']],
    ['a:root,b b:a root', ['actions[0].dependsOn: goes in a circle: "a" waits for "b" waits for "a"']],
    [
      'a:b b:a c:d d:c',
      [
        'actions[0].dependsOn: goes in a circle: "a" waits for "b" waits for "a"',
        'actions[2].dependsOn: goes in a circle: "c" waits for "d" waits for "c"',
      ],
    ],
    [
      'a:b b:a bridge:a c:bridge,c',
      ['actions[0].dependsOn: goes in a circle: "a" waits for "b" waits for "a"'],
    ],
  ])('of "%s" are listed with their paths', (text, faults) => {
    expect(lines(text)).toEqual(faults);
  });

  it('start at the path that the caller gives', () => {
    expect(graphFaults(nodesOf('a:b'), 'input.steps')[0]?.path).toBe('input.steps[0].dependsOn[0]');
  });

  const anyGraph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  const named = (edges: readonly (readonly number[])[]) =>
    edges.map((needs, index) => ({ name: `n${index}`, dependsOn: needs.map((to) => `n${to}`) }));

  it('are none where every node needs only earlier ones, in whatever order they are listed', () => {
    const property = fc.property(anyGraph, fc.infiniteStream(fc.nat()), (edges, places) => {
      const nodes = named(edges.map((needs, index) => needs.filter((to) => to < index)));
      const shuffled = nodes
        .map((node) => ({ node, place: Number(places.next().value) }))
        .toSorted((a, b) => a.place - b.place);
      expect(
        graphFaults(
          shuffled.map(({ node }) => node),
          'actions',
        ),
      ).toEqual([]);
    });
    fc.assert(property);
  });

  it('are found exactly where some node can be reached from itself, and name a true circle', () => {
    const property = fc.property(anyGraph, (edges) => {
      const nodes = named(edges);
      const faults = graphFaults(nodes, 'actions');
      expect(faults.length > 0).toBe(nodes.some(({ name }) => reaches(nodes, name, name)));
      for (const { message } of faults) {
        const circle = [...message.matchAll(/"(n\d+)"/g)].map(([, name]) => name ?? '');
        const closed = circle.length === 1 ? [...circle, ...circle] : circle;
        expect(closed[0]).toBe(closed.at(-1));
        closed.slice(1).forEach((name, index) => {
          expect(nodes.find((node) => node.name === closed[index])?.dependsOn).toContain(name);
        });
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  const reaches = (nodes: ReturnType<typeof named>, from: string, to: string): boolean => {
    const seen = new Set<string>();
    const next = [from];
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      const needs = nodes.find(({ name }) => name === at)?.dependsOn ?? [];
      if (needs.includes(to)) return true;
      needs
        .filter((name) => !seen.has(name))
        .forEach((name) => {
          seen.add(name);
          next.push(name);
        });
    }
    return false;
  };

  it.each<[title: string, needs: (index: number) => number[]]>([
    ['a chain against the order of listing', (index) => (index + 1 < size ? [index + 1] : [])],
    ['one long circle', (index) => [(index + 1) % size]],
    ['many small circles', (index) => [index % 2 === 0 ? index + 1 : index - 1]],
    [
      'layers that all need each other',
      (index) =>
        Array.from({ length: 10 }, (_, at) => index - (index % 10) - 10 + at).filter((to) => to >= 0),
    ],
  ])('of %s of 10,000 nodes are found in under a second', (_title, needs) => {
    const nodes = named(Array.from({ length: size }, (_, index) => needs(index)));
    const startedAt = performance.now();
    graphFaults(nodes, 'actions');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

const size = 10_000;
