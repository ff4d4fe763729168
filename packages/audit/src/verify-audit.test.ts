import { hash, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closed,
  deep,
  entryAt,
  evidence,
  newSigner,
  pemOf,
  record,
  sealed,
  signer,
  type Signer,
} from '../testing/sealed-samples.ts';
import { inclusionOf } from './prove-entry.ts';
import {
  canonicalText,
  emptyRoot,
  leafOf,
  linesOf,
  payloadHashOf,
  rotationText,
  rootThrough,
  Tree,
  verifyLines,
  type Entry,
  type Head,
  type Verdict,
} from './verify-audit.ts';

const check = (copy: Buffer, anchors: readonly Head[] = [], keys = signer.keys): Verdict =>
  verifyLines(linesOf([copy]), keys, anchors);

describe('the tree', () => {
  it('is that of RFC 6962', () => {
    // Test vectors of the reference implementation of Certificate Transparency.
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    const tree = new Tree();
    expect(tree.root()).toBe(emptyRoot);
    inputs.forEach((input, at) => {
      tree.append(hash('sha256', Buffer.concat([Buffer.from([0]), Buffer.from(input, 'hex')]), 'buffer'));
      expect(tree.root()).toBe(roots[at]);
    });
  });

  it('proves each of its leaves, and no other, from what a seal keeps', () => {
    fc.assert(
      fc.property(fc.nat({ max: 70 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (before, added, pick) => {
        const leafAt = (at: number) => leafOf(String(at), 'x');
        const earlier = new Tree();
        for (let at = 0; at < before; at += 1) earlier.append(leafAt(at));
        const leaves = Array.from({ length: added }, (_, at) => leafAt(before + at));
        const whole = new Tree(earlier.size, earlier.subtrees);
        leaves.forEach((leaf) => {
          whole.append(leaf);
        });
        const index = before + (pick % added);
        const proof = inclusionOf(earlier, leaves, index);
        expect(rootThrough(leafAt(index), proof, whole.size)).toBe(whole.root());
        expect(rootThrough(leafAt(index + 1), proof, whole.size)).not.toBe(whole.root());
        if (whole.size > 1)
          expect(rootThrough(leafAt(index), { ...proof, path: proof.path.slice(1) }, whole.size)).not.toBe(
            whole.root(),
          );
      }),
    );
  });
});

describe('a copy of the record', () => {
  it('is verified whole, against heads that were kept elsewhere', () => {
    const { lines, heads } = sealed(record(25), 7);
    expect(check(closed(lines), heads)).toMatchObject({ ok: true, entries: 25, size: 25, anchored: 4 });
  });

  it('keeps its proof where what an entry said was erased on record, and not where it was in silence', () => {
    const entries = record(6);
    const target = entries[2] ?? entryAt(3);
    const record6 = [
      ...entries,
      entryAt(7, { type: 'audit.erased', data: { entries: [target.seq], reason: 'asked for' } }),
    ];
    const { summary = '', data, salt = '', ...header } = target;
    const gone = JSON.stringify({
      kind: 'entry',
      ...header,
      payloadHash: payloadHashOf(summary, data, salt),
    });
    const erase = (lines: readonly string[]) =>
      closed(lines.map((line) => (line.includes(`"seq":"${target.seq}"`) ? gone : line)));
    expect(check(erase(sealed(record6, 3).lines))).toMatchObject({ ok: true, entries: 7, erased: 1 });
    expect(check(erase(sealed(entries, 3).lines))).toMatchObject({
      ok: false,
      fault: { kind: 'ALTERED', line: 4, seq: target.seq },
    });
    const onRecord = (more: object) => [
      ...sealed(entries, 3).lines,
      JSON.stringify({ kind: 'erasure', ...record6.at(-1), ...more }),
    ];
    expect(check(erase(onRecord({})))).toMatchObject({ ok: true, entries: 6, erased: 1 });
    expect(check(erase(onRecord({ type: 'task.submitted' })))).toMatchObject({ fault: { line: 4 } });
    expect(check(erase(onRecord({ data: { entries: [] } })))).toMatchObject({ fault: { line: 4 } });
  });

  it('that breaks whoever reads a line of it is refused with that line', () => {
    const { lines } = sealed(record(6), 3);
    const erased = JSON.stringify({
      kind: 'erasure',
      ...entryAt(7),
      type: 'audit.erased',
      data: { entries: 7 },
    });
    const nested = JSON.stringify({ kind: 'entry', ...entryAt(2), data: 'DEEP' }).replace('"DEEP"', deep);
    expect(check(closed([...lines, erased]))).toMatchObject({ fault: { kind: 'MALFORMED', line: 10 } });
    expect(check(closed(lines.with(2, nested)))).toMatchObject({ fault: { kind: 'MALFORMED', line: 3 } });
  });

  it('is not verified by a key that did not sign it', () => {
    const { lines } = sealed(record(3), 3);
    expect(check(closed(lines), [], newSigner().keys)).toMatchObject({
      ok: false,
      fault: { kind: 'ALTERED', line: 5 },
    });
  });

  describe('whose key was rotated', () => {
    const [next, another] = [newSigner(), newSigner()];
    const follows = (from: Signer, to: Signer, by = from): object => {
      const rotation = {
        from: from.keyId,
        to: to.keyId,
        publicKey: pemOf(to),
        at: '2026-11-27T00:00:00.000Z',
        reason: 'A year has gone by.',
      };
      return {
        kind: 'key',
        ...rotation,
        signature: sign(null, rotationText(rotation), by.key).toString('base64'),
      };
    };
    const rotated = (keyLines: readonly object[], signers: readonly Signer[]) => {
      const perSeal = 3;
      const last = signers.at(-1) ?? signer;
      const { lines, heads } = sealed(
        record(perSeal * signers.length),
        perSeal,
        (at) => signers[at / perSeal] ?? signer,
        keyLines,
      );
      return { copy: closed(lines, last), heads };
    };

    it('is verified by the first alone, with its anchors, where each signed for the next', () => {
      const { copy, heads } = rotated(
        [follows(signer, next), follows(next, another)],
        [signer, signer, next, another],
      );
      expect(check(copy, heads)).toMatchObject({ ok: true, entries: 12, anchored: 4 });
    });

    it.each([
      ['nobody', []],
      ['itself', [follows(signer, next, next)]],
      ['a key that nobody knows', [follows(another, next)]],
      ['the first, for another key', [{ ...follows(signer, another), to: next.keyId }]],
      ['the first, for a text that was altered', [{ ...follows(signer, next), reason: 'Never mind.' }]],
    ])('is refused where the next key was signed for by %s', (_, keyLines) => {
      const { copy } = rotated(keyLines, [signer, next]);
      expect(check(copy)).toMatchObject({ ok: false, fault: { kind: 'ALTERED', seq: record(6)[5]?.seq } });
      // Given by whoever checks, it needs no other's word.
      expect(check(copy, [], new Map([...signer.keys, ...next.keys]))).toMatchObject({ ok: true });
    });

    it('is refused where the key before seals behind the next', () => {
      const { copy } = rotated([follows(signer, next)], [signer, next, signer]);
      expect(check(copy)).toMatchObject({
        ok: false,
        fault: {
          kind: 'ALTERED',
          message: expect.stringContaining('whose place another had taken') as string,
        },
      });
    });

    it('has anchors that no key of it signed told', () => {
      const { copy } = rotated([follows(signer, next)], [signer, next]);
      const { heads } = sealed(record(6), 3, another);
      expect(check(copy, heads)).toMatchObject({ ok: false, fault: { kind: 'FORKED' } });
    });
  });

  it('reads entries that were recorded before there were seals', () => {
    const { salt: _, ...old } = entryAt(1);
    expect(check(closed(sealed([old, entryAt(2)], 2).lines))).toMatchObject({ ok: true, entries: 2 });
    const { lines } = sealed([old, entryAt(2)], 2);
    expect(check(closed(lines.map((line) => line.replace('Step 1 ', 'Step 9 '))))).toMatchObject({
      fault: { kind: 'ALTERED', line: 2 },
    });
  });
});

/** T3: what somebody with every right in the database, but without the key, can make of a record. */
describe('tampering', () => {
  const count = 60;
  const per = 8;
  const honest = sealed(record(count), per);
  const entryLines = honest.lines.flatMap((line, at) => (line.includes('"kind":"entry"') ? [at] : []));
  const seqOf = (at: number | undefined): string =>
    (JSON.parse(honest.lines[at ?? 0] ?? '{}') as { readonly seq: string }).seq;
  const pickLine = fc.integer({ min: 0, max: count - 1 });
  const runs = { numRuns: Number(process.env['LONG_RUNS'] ?? 60) };
  const lineOf = (pick: number): number => entryLines[pick] ?? 0;
  const resealed = (from: number, entries: readonly Entry[]) => sealed([...record(from), ...entries], per);

  const editable = fc.constantFrom(
    'type',
    'at',
    'taskId',
    'actorId',
    'traceparent',
    'summary',
    'data',
    'salt',
    'seq',
  );

  it('edits of any part of an entry are found and named', () => {
    fc.assert(
      fc.property(pickLine, editable, (pick, field) => {
        const lines = [...honest.lines];
        const at = lineOf(pick);
        const entry = JSON.parse(lines[at] ?? '') as Record<string, unknown>;
        const value =
          field === 'data' ? { ...(entry['data'] as object), attempt: 2 } : `${String(entry[field])}1`;
        lines[at] = JSON.stringify({ ...entry, [field]: value });
        const seq = field === 'seq' ? value : seqOf(at);
        expect(check(closed(lines))).toMatchObject({
          ok: false,
          fault: { kind: 'ALTERED', line: at + 1, seq },
        });
      }),
      runs,
    );
  });

  it('a deleted entry is named by the one that follows, and the end of a seal by the seal', () => {
    fc.assert(
      fc.property(pickLine, (pick) => {
        const at = lineOf(pick);
        const lines = honest.lines.toSpliced(at, 1);
        expect(check(closed(lines))).toMatchObject({ ok: false, fault: { kind: 'MISSING', line: at + 1 } });
      }),
      runs,
    );
  });

  it('inserted entries are named, copies of true ones too', () => {
    fc.assert(
      fc.property(pickLine, fc.option(pickLine), (pick, copied) => {
        const at = lineOf(pick);
        const extra =
          copied === null
            ? JSON.stringify({ kind: 'entry', ...entryAt(900) })
            : (honest.lines[lineOf(copied)] ?? '');
        const verdict = check(closed(honest.lines.toSpliced(at, 0, extra)));
        if (verdict.ok) throw new Error('not found');
        // A copy beside its original is told by the second of them.
        expect([at + 1, at + 2, at + per + 2]).toContain(verdict.fault.line);
      }),
      runs,
    );
  });

  it('swapped entries are named by the first of them', () => {
    fc.assert(
      fc.property(pickLine, pickLine, (one, other) => {
        fc.pre(one !== other);
        const [a, b] = [lineOf(Math.min(one, other)), lineOf(Math.max(one, other))];
        const lines = honest.lines.with(a, honest.lines[b] ?? '').with(b, honest.lines[a] ?? '');
        expect(check(closed(lines))).toMatchObject({ ok: false, fault: { line: a + 1, seq: seqOf(b) } });
      }),
      runs,
    );
  });

  it('a file that was cut anywhere is found', () => {
    const copy = closed(honest.lines);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: copy.length - 2 }), (length) => {
        expect(check(copy.subarray(0, length)).ok).toBe(false);
      }),
      runs,
    );
  });

  it('a record that was set back to an earlier one is found by an anchor, and how far', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), (seals) => {
        const size = seals * per;
        const { lines } = sealed(record(size), per);
        const next = honest.heads[seals];
        expect(check(closed(lines)).ok).toBe(true);
        expect(check(closed(lines), honest.heads)).toMatchObject({
          fault: { kind: 'TRUNCATED', seq: next?.to },
        });
      }),
      runs,
    );
  });

  it('another history, sealed with the true key, is found by an anchor, at its first seal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: count - 1 }), (from) => {
        const others = Array.from({ length: count - from }, (_, at) =>
          entryAt(from + at + 1, { summary: 'nothing happened' }),
        );
        const forked = resealed(from, others);
        const firstOfSeal = Math.floor(from / per) * per;
        expect(check(closed(forked.lines)).ok).toBe(true);
        expect(check(closed(forked.lines), honest.heads)).toMatchObject({
          fault: { kind: 'FORKED', line: lineOf(firstOfSeal) + 1 },
        });
      }),
      runs,
    );
  });

  it('a part of another history beneath the same heads is found without an anchor', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), (seals) => {
        const from = seals * per;
        const other = sealed([entryAt(1, { summary: 'Nothing' }), ...record(count).slice(1)], per);
        const border = entryLines[from] ?? 0;
        const lines = [...honest.lines.slice(0, border), ...other.lines.slice(border)];
        expect(check(closed(lines))).toMatchObject({
          fault: { kind: 'FORKED', line: border + 1, seq: seqOf(border) },
        });
      }),
      runs,
    );
  });

  it('seals without the key, altered or left out, are found', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 }),
        fc.constantFrom('root', 'size', 'time', 'prevRoot', 'leaves', 'to', 'gone', 'own'),
        (which, how) => {
          const at = honest.lines.findIndex((line) =>
            line.includes(`"size":${Math.min((which + 1) * per, count)},`),
          );
          const seal = JSON.parse(honest.lines[at] ?? '') as Record<string, unknown>;
          const forged = {
            ...seal,
            [how]: how === 'size' ? 3 : how === 'leaves' ? Buffer.alloc(per * 32).toString('base64') : 'x',
          };
          const lines =
            how === 'gone'
              ? honest.lines.toSpliced(at, 1)
              : how === 'own'
                ? sealed(record(count), per, newSigner()).lines.with(0, honest.lines[0] ?? '')
                : honest.lines.with(at, JSON.stringify(forged));
          expect(check(closed(lines)).ok).toBe(false);
        },
      ),
      runs,
    );
  });
});

describe('evidence of one task', () => {
  const lines = [...linesOf([evidence(6)])].map(String);
  const verdictOn = (changed: readonly string[]) => check(Buffer.from(changed.join('\n')));
  const erased = (line: string): string => {
    const { summary, data, salt, ...rest } = JSON.parse(line) as Entry;
    return JSON.stringify({ ...rest, payloadHash: payloadHashOf(String(summary), data, String(salt)) });
  };
  const [header = '', head = '', first = '', second = ''] = lines;

  it('is verified whole', () => {
    expect(verdictOn(lines)).toMatchObject({ ok: true, entries: 6 });
  });

  it.each<[what: string, lines: string[], kind: string, line: number]>([
    ['the header', lines.with(0, header.replace('000a', '000b')), 'ALTERED', 1],
    ['whose record it is', lines.with(0, header.replace('0001', '0002')), 'ALTERED', 1],
    ['what an entry says', lines.with(3, second.replace('succeeded', 'failed')), 'ALTERED', 4],
    ['an entry, taken out of words', lines.with(3, erased(second)), 'ALTERED', 4],
    ['a field that nothing proves', lines.with(2, first.replace('{', '{"note":"x",')), 'ALTERED', 3],
    ['what no entry names', lines.with(-3, (lines.at(-3) ?? '').replace('SUCC', 'SUCK')), 'ALTERED', 10],
    ['what an entry names', lines.with(-4, (lines.at(-4) ?? '').replace('s1', 's2')), 'ALTERED', 9],
    ['a line that is none', lines.with(4, '{'), 'ALTERED', 5],
    ['the header, gone', lines.slice(1), 'MISSING', 1],
    ['all before an entry, gone', lines.slice(2), 'MISSING', 1],
    ['an entry, gone', lines.toSpliced(3, 1), 'MISSING', 4],
    ['the head, gone', lines.toSpliced(1, 1), 'MISSING', 2],
    ['an entry, twice', lines.toSpliced(4, 0, second), 'INSERTED', 5],
    ['two entries, swapped', lines.toSpliced(2, 2, second, first), 'SWAPPED', 3],
    ['the last exhibit, gone', lines.toSpliced(-2, 1), 'MISSING', 11],
    ['the end, gone', lines.slice(0, -1), 'TRUNCATED', 12],
    [
      'the sums of lines',
      lines.with(-1, (lines.at(-1) ?? '').replace('"sums":"', '"sums":"A')),
      'ALTERED',
      12,
    ],
  ])('names the first line that is not as it was: %s', (_what, changed, kind, line) => {
    expect(verdictOn(changed)).toMatchObject({ ok: false, fault: { kind, line } });
  });

  it('that was altered before it was signed is found by what its entries prove', () => {
    expect(verdictOn(lines.with(1, head.replace('"size"', '"was"')))).toMatchObject({ ok: false });
    const forged = lines.slice(0, -1).with(3, second.replace('succeeded', 'failed'));
    expect(check(closed(forged))).toMatchObject({ fault: { kind: 'ALTERED', line: 4, seq: '4194304' } });
  });
});

it('has one text for each value', () => {
  expect(canonicalText({ b: [1, 'ü', null], a: { z: true, y: -0.5e-10 } })).toBe(
    '{"a":{"y":-5e-11,"z":true},"b":[1,"ü",null]}',
  );
});

it('verifies 50,000 entries in a second of processor time', () => {
  const count = 10_000;
  const copy = closed(sealed(record(count), 1_000).lines);
  const perSecond = (): number => {
    const before = process.cpuUsage();
    expect(check(copy)).toMatchObject({ ok: true, entries: count });
    const { user, system } = process.cpuUsage(before);
    return count / ((user + system) / 1_000_000);
  };
  // The best of several: what else runs on these cores takes caches from it, and adds nothing to it.
  let best = 0;
  for (let tries = 0; tries < 8 && best <= 50_000; tries += 1) best = Math.max(best, perSecond());
  process.stdout.write(`audit verify: ${Math.round(best).toLocaleString('en')} entries/s of one core\n`);
  expect(best).toBeGreaterThan(50_000);
}, 20_000);
