const resource = (name: string, kind: string, namespaced: boolean, verbs: readonly string[], more = {}) => ({
  name,
  singularName: name.includes('/') ? '' : kind.toLowerCase(),
  namespaced,
  kind,
  verbs,
  ...more,
});
const list = (groupVersion: string, ...resources: object[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources,
});
const apps = { groupVersion: 'apps/v1', version: 'v1' };

/** What a client reads of an API server before it asks for anything. */
export const kubernetesDiscovery: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '34', gitVersion: 'v1.34.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [{ name: 'apps', versions: [apps], preferredVersion: apps }],
  },
  '/api/v1': list('v1', resource('namespaces', 'Namespace', false, ['get'], { shortNames: ['ns'] })),
  '/apis/apps/v1': list(
    'apps/v1',
    resource('deployments', 'Deployment', true, ['get', 'list', 'patch'], { shortNames: ['deploy'] }),
    resource('deployments/scale', 'Scale', true, ['get', 'patch', 'update'], {
      group: 'autoscaling',
      version: 'v1',
    }),
  ),
};
