import { describe, expect, test } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { lookAlikes } from './look-alike-paths.ts';
import { messageFindings } from './message-findings.ts';
import { notableFile } from './notable-files.ts';

describe('files that run or grant', () => {
  test.each([
    ['.github/workflows/ci.yml', 'HIGH'],
    ['.GitHub/Workflows/CI.YML', 'HIGH'],
    ['sub/.gitlab-ci.yml', 'HIGH'],
    ['Jenkinsfile.release', 'HIGH'],
    ['azure-pipelines.yml', 'HIGH'],
    ['CODEOWNERS', 'HIGH'],
    ['.github/CODEOWNERS', 'HIGH'],
    ['policies/main.rego', 'HIGH'],
    ['.npmrc', 'HIGH'],
    ['app/.yarnrc.yml', 'HIGH'],
    ['.cargo/config.toml', 'HIGH'],
    ['.husky/pre-commit', 'HIGH'],
    ['hooks/post-checkout', 'HIGH'],
    ['.vscode/tasks.json', 'HIGH'],
    ['.envrc', 'HIGH'],
    ['.gitattributes', 'HIGH'],
    ['CLAUDE.md', 'HIGH'],
    ['package.json', 'MEDIUM'],
    ['packages/a/package.json', 'MEDIUM'],
    ['pnpm-lock.yaml', 'MEDIUM'],
    ['package-lock.json', 'MEDIUM'],
    ['yarn.lock', 'MEDIUM'],
    ['Cargo.lock', 'MEDIUM'],
    ['go.sum', 'MEDIUM'],
    ['requirements-dev.txt', 'MEDIUM'],
    ['Makefile', 'MEDIUM'],
    ['GNUmakefile', 'MEDIUM'],
    ['build.gradle.kts', 'MEDIUM'],
    ['Dockerfile', 'MEDIUM'],
    ['vite.config.ts', 'MEDIUM'],
    ['main.tf', 'MEDIUM'],
    ['deploy.sh', 'MEDIUM'],
    ['.env.production', 'HIGH'],
    ['app.code-workspace', 'HIGH'],
    ['gradle/wrapper/gradle-wrapper.properties', 'HIGH'],
    ['deploy/id_ed25519.pub', 'HIGH'],
    ['certs/root.crt', 'HIGH'],
    ['bun.lockb', 'MEDIUM'],
    ['.nvmrc', 'MEDIUM'],
    ['rust-toolchain.toml', 'MEDIUM'],
    ['netlify.toml', 'MEDIUM'],
    ['fly.toml', 'MEDIUM'],
    ['gradlew', 'MEDIUM'],
    ['site-playbook.yml', 'MEDIUM'],
    ['debian/postinst', 'MEDIUM'],
    ['chart/values-production.yaml', 'MEDIUM'],
    ['.lfsconfig', 'HIGH'],
    ['.builds/test.yml', 'HIGH'],
    ['fastlane/Fastfile', 'HIGH'],
    ['firestore.rules', 'HIGH'],
    ['public/.well-known/assetlinks.json', 'HIGH'],
    ['App.entitlements', 'HIGH'],
    ['.docker/config.json', 'HIGH'],
    ['.aws/credentials', 'HIGH'],
    ['etc/app.service.d/override.conf', 'HIGH'],
    ['pnpmfile.cjs', 'HIGH'],
    ['.github/instructions/code.md', 'HIGH'],
    ['mcp.json', 'HIGH'],
    ['.eslintrc', 'MEDIUM'],
    ['.mocharc.json', 'MEDIUM'],
    ['karma.conf.js', 'MEDIUM'],
    ['webpack.config.babel.js', 'MEDIUM'],
    ['docs/conf.py', 'MEDIUM'],
    ['project/plugins.sbt', 'MEDIUM'],
    ['Setup.hs', 'MEDIUM'],
    ['cpanfile', 'MEDIUM'],
    ['prod.tfvars', 'MEDIUM'],
    ['k8s/deployment.yaml', 'MEDIUM'],
  ])('%s', (path, severity) => {
    expect(notableFile(path)).toMatchObject({ severity });
  });

  test.each([
    'README.md',
    'src/a.ts',
    'docs/package.json.md',
    'src/hooks/use-x.ts',
    'locks.txt',
    'block.go',
    '.gitignore',
    'src/conf.ts',
    'src/bin/a.ts',
    'deploy/notes.md',
  ])('%s is a file like any other', (path) => {
    expect(notableFile(path)).toBeNull();
  });
});

describe('what a commit message does besides saying something', () => {
  test.each([
    ['docs: x\n\nSigned-off-by: Linus <l@example.com>', 'speaks for others'],
    ['x\n\nco-authored-by: A <a@example.com>', 'speaks for others'],
    ['x\n\nApproved-by: the boss', 'speaks for others'],
    ['x [skip ci]', 'keeps checks'],
    ['x\n\n[CI SKIP]', 'keeps checks'],
    ['x [no ci]', 'keeps checks'],
    ['x\n\nskip-checks: true', 'keeps checks'],
    ['x [no_ci]', 'keeps checks'],
    ['x [skip netlify]', 'keeps checks'],
    ['x\n\nCI-Skip: true', 'keeps checks'],
    ['x\n\nNo-CI: yes', 'keeps checks'],
    [`${'long '.repeat(400)}[skip ci]`, 'keeps checks'],
    ['Closes #12', 'closes issues'],
    ['closes !12', 'closes issues'],
    ['Fixes issue 12', 'closes issues'],
    ['Closes: bug 12', 'closes issues'],
    ['x\n\nCloses-Bug: #1', 'closes issues'],
    ['x [deploy production]', 'starts a release'],
    ['x +semver: major', 'starts a release'],
    ['x #minor', 'starts a release'],
    ['this fixes: org/repo#7', 'closes issues'],
    ['resolve https://example.com/issues/1', 'closes issues'],
    ['x\n\n/approve', 'gives commands'],
    ['PAY-12 #close done', 'gives commands'],
    ['feat!: x', 'breaking change'],
    ['thanks @octo', 'calls people'],
  ])('%j', (message, words) => {
    expect(messageFindings(message).map((found) => found.message)).toEqual(
      expect.arrayContaining([expect.stringContaining(words)]),
    );
  });

  test.each([
    'docs: say more',
    'fix(web): skip nothing\n\nIt closes the window; see a@example.com.',
    'Revert "x"',
  ])('%j only says something', (message) => {
    expect(messageFindings(message)).toEqual([]);
  });

  test('takes little time, whatever it is', async () => {
    const tookMs = await usualTimeOf(() => {
      for (const unit of ['[', '[no ', 'no-', '#', 'close ', '/', '\n', 'A-1 '])
        messageFindings(unit.repeat(10_000 / unit.length));
    });
    expect(tookMs).toBeLessThan(1_500);
  });
});

describe('paths that look like another', () => {
  test.each([
    ['Readme.md', 'README.md'],
    ['SRC/b.ts', 'src'],
    ['cafe\u0301.txt', 'caf\u00e9.txt'],
    ['ﬁle.txt', 'file.txt'],
    ['Straße.txt', 'STRASSE.txt'],
  ])('%s is like %s', (path, other) => {
    expect(lookAlikes([path], [other])).toMatchObject([{ other }]);
  });

  test('also among those given', () => {
    expect(lookAlikes(['docs/A.md', 'docs/a.md', 'Docs/b.md'], [])).toEqual([
      { path: 'docs/a.md', other: 'docs/A.md' },
      { path: 'Docs', other: 'docs' },
    ]);
  });

  test('are not those that are the same or plainly different', () => {
    expect(lookAlikes(['src/a.ts', 'src/b.ts'], ['src', 'src/a.ts', 'README.md'])).toEqual([]);
  });
});
