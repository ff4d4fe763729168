import type { Risk } from '@countersign/shared';

/** A kind of file that does more than hold text: it runs, decides what runs, or says who may do what. */
interface NotableKind {
  readonly severity: Risk;
  /** Continues "src/x …". */
  readonly consequence: string;
  /** Names of files, wherever they are; without regard to case. */
  readonly names?: RegExp;
  /** Whole paths from the root or below any folder. */
  readonly paths?: RegExp;
}

/** The first kind that fits speaks: the weightiest stand first. A kind more is an entry more. */
const kinds: readonly NotableKind[] = [
  {
    severity: 'HIGH',
    consequence: 'decides what runs on the machines of others',
    names:
      /^(jenkinsfile.*|\.gitlab-ci.*|\.travis\.ya?ml|\.drone\.ya?ml|\.woodpecker.*|\.cirrus\.(ya?ml|star)|\.?appveyor\.ya?ml|azure-pipelines.*|bitbucket-pipelines\.ya?ml|cloudbuild\.ya?ml|buildspec.*\.ya?ml|codemagic\.ya?ml|action\.ya?ml|wercker\.ya?ml|\.semaphore.*)$/,
    paths:
      /(^|\/)(\.(github|gitea|forgejo)\/(workflows|actions)|\.gitlab\/ci|\.circleci|\.buildkite|\.tekton|\.teamcity|\.azure-pipelines|\.woodpecker|\.semaphore|\.argo|\.dagger)\//,
  },
  {
    severity: 'HIGH',
    consequence: 'decides who may do or approve what',
    names:
      /^(codeowners|owners|owners_aliases|authorized_keys\d*|known_hosts|allowed_signers|sudoers|\.htaccess|\.htpasswd|\.mailmap|.*\.(rego|sentinel|cedar|polar))$/,
    paths:
      /(^|\/)(\.(github|gitlab|gitea)\/(codeowners|settings\.ya?ml|policies\/.*|branch[_-]protection.*)|sudoers\.d\/.*|\.ssh\/.*|(rbac|iam)\/.*)$/,
  },
  {
    severity: 'HIGH',
    consequence: 'runs on its own when others work with the repository',
    names:
      /^(\.gitmodules|\.gitattributes|\.gitconfig|\.pre-commit-config\.ya?ml|\.pre-commit-hooks\.ya?ml|\.?lefthook(-local)?\.(ya?ml|toml|json)|\.overcommit\.yml|\.lintstagedrc.*|\.huskyrc.*|\.envrc|\.(bash|zsh|k?sh|fish|c|tc)?(rc|_?profile|env|login|logout|_aliases)|devcontainer\.json|\.gdbinit|\.lldbinit|\.vimrc|\.exrc|\.nvimrc|\.dir-locals\.el|autorun\.inf|crontab)$/,
    paths:
      /(^|\/)(\.(husky|githooks|devcontainer|vscode|idea|zed|direnv)\/.*|(git-?)?hooks\/(applypatch-msg|commit-msg|fsmonitor-watchman|p4-.*|post-.*|pre-.*|prepare-commit-msg|proc-receive|push-to-checkout|reference-transaction|sendemail-validate|update)|systemd\/.*|cron\.[^/]*\/.*|.*\.(service|timer|socket))$/,
  },
  {
    severity: 'HIGH',
    consequence: 'decides where packages come from and what they may run',
    names:
      /^(\.npmrc|\.yarnrc(\.ya?ml)?|\.pnpmfile\.[cm]?js|pnpm-workspace\.ya?ml|bunfig\.toml|\.pypirc|pip\.conf|pip\.ini|uv\.toml|\.condarc|\.netrc|_netrc|nuget\.config|\.bundlerc|\.gemrc|auth\.json|settings\.xml|init\.gradle(\.kts)?|\.bazelrc|\.curlrc|\.wgetrc)$/,
    paths:
      /(^|\/)(\.cargo\/config(\.toml)?|\.mvn\/.*|\.bundle\/config|\.m2\/.*|\.yarn\/(releases|plugins)\/.*)$/,
  },
  {
    severity: 'HIGH',
    consequence: 'tells agents what to do',
    names:
      /^(agents|claude|gemini|copilot-instructions|skill)(\.[\w-]+)?\.md$|^\.(cursorrules|windsurfrules|clinerules|goosehints|mcp\.json)$/,
    paths: /(^|\/)\.(claude|cursor|codex|windsurf|roo|continue)\//,
  },
  {
    severity: 'MEDIUM',
    consequence: 'decides which code of others is taken in',
    names:
      /^(.*[.-]lock(\.\w+)?|.*\.lockfile|.*-lock\.(json|ya?ml)|lock\.(json|ya?ml)|npm-shrinkwrap\.json|package\.resolved|packages\.lock\.json|go\.(sum|mod|work)|.*requirements.*\.(txt|in)|constraints.*\.txt|pipfile|gemfile|.*\.gemspec|podfile|cartfile|brewfile|vcpkg\.json|conanfile\..*|mix\.exs|rebar\.config|shard\.yml|pubspec\.ya?ml|composer\.json|environment\.ya?ml|dependabot\.ya?ml|\.?renovate(rc)?(\.json5?)?|package\.swift|deps\.edn|project\.clj)$/,
    paths: /(^|\/)(vendor|third_party|node_modules)\//,
  },
  {
    severity: 'MEDIUM',
    consequence: 'holds commands that building, testing or installing runs',
    names:
      /^(package\.json|deno\.jsonc?|.*\.(mk|mak|gradle|kts|csproj|fsproj|vbproj|props|targets|cmake|bzl|nix|tf|tofu|hcl)|(gnu)?makefile.*|\.?justfile|taskfile\.ya?ml|rakefile|gruntfile\..*|gulpfile\..*|jakefile\..*|cmakelists\.txt|meson\.build|configure(\.ac)?|build(\.bazel)?|workspace(\.bazel)?|module\.bazel|build\.(rs|xml|zig|sbt|sc|py|ps1|cake)|pom\.xml|pyproject\.toml|setup\.(py|cfg)|tox\.ini|noxfile\.py|conftest\.py|sitecustomize\.py|usercustomize\.py|.*\.pth|cargo\.toml|dune(-project)?|stack\.yaml|.*\.cabal|wscript|sconstruct|vagrantfile|procfile|.*\.dockerfile|dockerfile.*|containerfile.*|(docker-)?compose.*\.ya?ml|chart\.yaml|kustomization\.ya?ml|skaffold\.ya?ml|serverless\.ya?ml|nx\.json|turbo\.json|lerna\.json|\.babelrc.*|\..*rc\.[cm]?[jt]s|.*\.config\.[cm]?[jt]s|tsconfig.*\.json)$/,
  },
  {
    severity: 'MEDIUM',
    consequence: 'is a script',
    names: /^.*\.(sh|bash|zsh|fish|ps1|psm1|bat|cmd|command|vbs|wsf|applescript)$/,
  },
];

/** What a file of this name does besides holding text, or null. */
export const notableFile = (
  path: string,
): { readonly severity: Risk; readonly consequence: string } | null => {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  return kinds.find(({ names, paths }) => names?.test(name) || paths?.test(lower)) ?? null;
};

/** Whether a system would run this content as a program. */
export const isProgram = (content: string | null): boolean => content?.startsWith('#!') ?? false;
