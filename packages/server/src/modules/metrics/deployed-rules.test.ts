import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requirePrometheus } from '../../../testing/prometheus.ts';

const root = join(import.meta.dirname, '../../../../..');
const folder = join(root, 'deploy/prometheus');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const rules = read('deploy/prometheus/countersign.rules.yaml');

const promtool = (...args: readonly string[]): string => {
  requirePrometheus();
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? 'PASSED' : `${stdout}${stderr}`;
};

describe('the rules for Prometheus', () => {
  it('are such, and record and tell what their tests say', { timeout: 120_000 }, () => {
    expect(promtool('check', 'rules', '--lint-fatal', 'countersign.rules.yaml')).toBe('PASSED');
    expect(promtool('test', 'rules', 'countersign.test.yaml')).toBe('PASSED');
  });

  it('have a test for each rule and each alert', () => {
    const tests = read('deploy/prometheus/countersign.test.yaml');
    const named = [...rules.matchAll(/(?:record|alert): (\S+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !tests.includes(name))).toEqual([]);
  });

  it('name metrics that there are, and parts of pages that there are', () => {
    const page = read('docs/operations/observability.md');
    const metrics = new Set([...page.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name));
    const shown = `${rules}${read('deploy/grafana/countersign.json')}`;
    const used = [...shown.matchAll(/\b(?:countersign|nodejs)_\w+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    );
    expect(used.filter((name) => !metrics.has(name))).toEqual([]);
    const heads = [...page.matchAll(/^### (.*)$/gm)].map(([, head]) =>
      head?.toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...rules.matchAll(/observability\.md#(\S+)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !heads.includes(anchor))).toEqual([]);
    const pages = [...rules.matchAll(/runbook: ([^#\s]+)/g)].map(([, path]) => path ?? '');
    expect(pages.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the runbooks', () => {
  const runbooks = 'docs/operations/runbooks';
  const pages = readdirSync(join(root, runbooks)).filter((name) => name !== 'README.md');
  const linksOf = (text: string): string[] =>
    [...text.matchAll(/\]\(([^)#]+)/g)].map(([, path]) => join(runbooks, path ?? ''));

  it.each(pages)('%s is in the list, names what rehearses it, and leads to what there is', (name) => {
    const page = read(`${runbooks}/${name}`);
    expect(read(`${runbooks}/README.md`)).toContain(`](${name})`);
    expect(page).toMatch(/^Rehearsed by .*\.test\.ts\)/m);
    expect(page).toContain('**Over when**');
    expect(linksOf(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
