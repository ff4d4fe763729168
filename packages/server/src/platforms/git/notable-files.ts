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
      /^(jenkinsfile.*|\.gitlab-ci.*|\.travis\.ya?ml|\.drone\.ya?ml|\.woodpecker.*|\.cirrus\.(ya?ml|star)|\.?appveyor\.ya?ml|azure-pipelines.*|bitbucket-pipelines\.ya?ml|cloudbuild\.ya?ml|buildspec.*\.ya?ml|codemagic\.ya?ml|action\.ya?ml|wercker\.ya?ml|\.semaphore.*|\.build\.ya?ml|zuul\.ya?ml|screwdriver\.ya?ml|bitrise\.ya?ml|\.vela\.ya?ml|\.readthedocs\.ya?ml|amplify\.ya?ml|appspec\.ya?ml)$/,
    paths:
      /(^|\/)(\.(github|gitea|forgejo)\/(workflows|actions)|\.gitlab\/ci|\.circleci|\.buildkite|\.tekton|\.teamcity|\.azure-pipelines|\.woodpecker|\.semaphore|\.argo|\.dagger|\.builds|\.zuul\.d|\.ci|\.ebextensions|fastlane)\//,
  },
  {
    severity: 'HIGH',
    consequence: 'decides who may do or approve what',
    names:
      /^(codeowners|owners|owners_aliases|authorized_keys\d*|known_hosts|id_(rsa|dsa|ecdsa|ed25519)(\.pub)?|.*\.(pem|crt|cer|key|p12|pfx|jks)|\.?kubeconfig|allowed_signers|sudoers|\.htaccess|\.htpasswd|\.mailmap|\.pgpass|\.my\.cnf|\.sops\.ya?ml|web\.config|\.user\.ini|(firestore|storage)\.rules|database\.rules\.json|androidmanifest\.xml|info\.plist|cname|_headers|_redirects|cluster-?role(-?binding)?s?\.ya?ml|.*\.(rego|sentinel|cedar|polar|entitlements|mobileconfig))$/,
    paths:
      /(^|\/)(\.(github|gitlab|gitea)\/(codeowners|settings\.ya?ml|policies\/.*|branch[_-]protection.*)|sudoers\.d\/.*|polkit-1\/.*|\.well-known\/.*|\.(ssh|aws|kube|gnupg)\/.*|\.docker\/config\.json|(rbac|iam)\/.*)$/,
  },
  {
    severity: 'HIGH',
    consequence: 'runs on its own when others work with the repository',
    names:
      /^(\.gitmodules|\.gitattributes|\.gitconfig|\.lfsconfig|\.pre-commit-config\.ya?ml|\.pre-commit-hooks\.ya?ml|\.?lefthook(-local)?\.(ya?ml|toml|json)|\.overcommit\.yml|\.lintstagedrc.*|\.huskyrc.*|\.envrc|\.(bash|zsh|k?sh|fish|c|tc)?(rc|_?profile|env|login|logout|_aliases)|devcontainer\.json|.*\.code-workspace|\.env(\..+)?|\.gdbinit|\.lldbinit|\.vimrc|\.exrc|\.nvimrc|\.dir-locals\.el|\.emacs|\.tmux\.conf|\.inputrc|\.irbrc|\.pryrc|\.rspec|.*\.desktop|autorun\.inf|crontab(\.txt)?)$/,
    paths:
      /(^|\/)(\.(husky|githooks|devcontainer|vscode|idea|zed|direnv)\/.*|(git-?)?hooks\/(applypatch-msg|commit-msg|fsmonitor-watchman|p4-.*|post-.*|pre-.*|prepare-commit-msg|proc-receive|push-to-checkout|reference-transaction|sendemail-validate|update)|systemd\/.*|cron\.[^/]*\/.*|logrotate\.d\/.*|.*\.service\.d\/.*|.*\.(service|timer|socket))$/,
  },
  {
    severity: 'HIGH',
    consequence: 'decides where packages come from and what they may run',
    names:
      /^(\.npmrc|\.yarnrc(\.ya?ml)?|\.?pnpmfile\.[cm]?js|pnpm-workspace\.ya?ml|bunfig\.toml|\.pypirc|pip\.conf|pip\.ini|uv\.toml|\.condarc|\.netrc|_netrc|nuget\.config|\.bundlerc|\.gemrc|auth\.json|settings\.xml|init\.gradle(\.kts)?|(gradle|maven)-wrapper\.(properties|jar)|\.bazelrc|\.git-credentials|\.curlrc|\.wgetrc)$/,
    paths:
      /(^|\/)(\.cargo\/config(\.toml)?|\.mvn\/.*|\.bundle\/config|\.m2\/.*|\.yarn\/(releases|plugins)\/.*)$/,
  },
  {
    severity: 'HIGH',
    consequence: 'tells agents what to do',
    names:
      /^(agents|claude|gemini|copilot-instructions|skill)(\.[\w-]+)?\.md$|^\.(cursorrules|windsurfrules|clinerules|goosehints|aider\.conf\.ya?ml)$|^\.?(mcp|opencode)\.json$/,
    paths:
      /(^|\/)\.((claude|cursor|codex|windsurf|roo|continue|gemini|junie|amazonq|aider|kiro)\/|github\/(instructions|prompts|chatmodes|agents)\/)/,
  },
  {
    severity: 'MEDIUM',
    consequence: 'decides which code of others is taken in',
    names:
      /^(.*[.-]lockb?(\.\w+)?|\.tool-versions|\.(node|python|ruby|java|go|terraform)-version|\.nvmrc|\.sdkmanrc|rust-toolchain(\.toml)?|global\.json|.*\.lockfile|.*-lock\.(json|ya?ml)|lock\.(json|ya?ml)|npm-shrinkwrap\.json|package\.resolved|packages\.lock\.json|go\.(sum|mod|work)|.*requirements.*\.(txt|in)|constraints.*\.txt|pipfile|gemfile|.*\.gemspec|podfile|cartfile|brewfile|vcpkg\.json|conanfile\..*|mix\.exs|rebar\.config|shard\.yml|pubspec\.ya?ml|composer\.json|environment\.ya?ml|dependabot\.ya?ml|\.?renovate(rc)?(\.json5?)?|package\.swift|deps\.edn|project\.clj|ivy\.xml|bower\.json|importmap\.json|.*\.nuspec|paket\.dependencies|libs\.versions\.toml|elm\.json|dub\.json|cpanfile|puppetfile|berksfile|appraisals|deps|\.gclient)$/,
    paths: /(^|\/)(vendor|third_party|node_modules)\//,
  },
  {
    severity: 'MEDIUM',
    consequence: 'holds commands that building, testing or installing runs',
    names:
      /^(package\.(json5?|ya?ml)|deno\.jsonc?|gradlew|mvnw|\.?mise\.toml|netlify\.toml|vercel\.json|fly\.toml|render\.ya?ml|app\.ya?ml|wrangler\.(toml|jsonc?)|tiltfile|earthfile|snakefile|pkgbuild|.*\.spec|snapcraft\.ya?ml|pulumi(\..+)?\.ya?ml|cdk\.json|sam(config)?\.(toml|ya?ml)|dagger\.json|angular\.json|\.swcrc|\.releaserc(\..+)?|ansible\.cfg|(.*[-_])?playbook.*\.ya?ml|values.*\.ya?ml|gradle\.properties|manage\.py|.*\.(mk|mak|gradle|kts|csproj|fsproj|vbproj|props|targets|cmake|bzl|nix|tf|tofu|hcl)|(gnu)?makefile.*|\.?justfile|taskfile\.ya?ml|rakefile|gruntfile\..*|gulpfile\..*|jakefile\..*|cmakelists\.txt|meson\.build|configure(\.ac)?|build(\.bazel)?|workspace(\.bazel)?|module\.bazel|build\.(rs|xml|zig|sbt|sc|py|ps1|cake)|pom\.xml|pyproject\.toml|setup\.(py|cfg)|tox\.ini|noxfile\.py|conftest\.py|sitecustomize\.py|usercustomize\.py|.*\.pth|cargo\.toml|dune(-project)?|stack\.yaml|.*\.cabal|wscript|sconstruct|vagrantfile|procfile|.*\.dockerfile|dockerfile.*|containerfile.*|(docker-)?compose.*\.ya?ml|chart\.yaml|kustomization\.ya?ml|skaffold\.ya?ml|serverless\.ya?ml|nx\.json|turbo\.json|lerna\.json|\.babelrc.*|\..*rc\.[cm]?[jt]s|.*\.config\.[cm]?[jt]s|tsconfig.*\.json|rush\.json|project\.json|setup\.hs|guardfile|capfile|fastfile|dangerfile|thorfile|build\.pl|helmfile\.ya?ml|template\.ya?ml|ember-cli-build\.js|gatsby-.*\.[cm]?[jt]s|.*\.conf(ig)?(\.\w+)?\.[cm]?[jt]s|_config\.ya?ml|mkdocs\.ya?ml|conf\.py|buck|(pants|hatch|pixi)\.toml|\.[\w-]+rc(\.(json5?|ya?ml|toml))?|\.(rubocop|golangci)\.ya?ml|\.air\.toml|pytest\.ini|phpunit\.xml(\.dist)?|\.php-cs-fixer(\.dist)?\.php|artisan|config\.ru|procfile\..*|cmakepresets\.json|premake\d?\.lua|xmake\.lua|rebar\.config\.script|.*\.tfvars(\.json)?|.*\.(vcxproj|pyproj|sln|pbxproj|xcconfig|xcscheme|star))$/,
    paths: /(^|\/)(debian\/(rules|.*\.?(pre|post)(inst|rm))|project\/.*\.sbt|buildsrc\/.*)$/,
  },
  {
    severity: 'MEDIUM',
    consequence: 'is a script',
    names: /^.*\.(sh|bash|zsh|fish|ps1|psm1|bat|cmd|command|vbs|wsf|applescript)$/,
  },
  {
    severity: 'MEDIUM',
    consequence: 'decides what runs in a cluster',
    paths: /(^|\/)(k8s|kubernetes|manifests|argocd|flux|deploy(ments?)?)\/.*\.ya?ml$/,
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
