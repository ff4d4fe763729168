import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmulatedObject, EmulatorOptions } from './emulator.ts';
import type { TerraformConfiguration, TerraformState } from './terraform.ts';

const configuration: TerraformConfiguration = {
  variable: { size: { default: 4 } },
  resource: {
    cloud_dns: { web: { name: 'web.example.com' } },
    cloud_vm: { web: { size: '${var.size}' } },
  },
  output: { size: { value: '${var.size}' } },
};
const firstState: TerraformState = {
  version: 4,
  serial: 1,
  lineage: 'sandbox',
  outputs: { size: 2 },
  resources: { 'cloud_disk.old': { size: 10, id: 'disk-1' }, 'cloud_vm.web': { size: 2, id: 'vm-1' } },
};

/** The sandbox's working directory `network`, beside its state file: there is one to add, change and destroy in it. */
export const startSandboxTerraform = ({ stateFile = '' }: Pick<EmulatorOptions, 'stateFile'>) => {
  const folder = join(dirname(stateFile), 'terraform');
  const network = join(folder, 'network');
  const state = join(network, 'terraform.tfstate');
  mkdirSync(network, { recursive: true });
  writeFileSync(join(network, 'main.tf.json'), JSON.stringify(configuration, null, 2));
  if (!existsSync(state)) writeFileSync(state, JSON.stringify(firstState, null, 2));
  return Promise.resolve({
    url: pathToFileURL(folder).href,
    objects: (): readonly EmulatedObject[] => {
      const { serial, resources } = JSON.parse(readFileSync(state, 'utf8')) as TerraformState;
      const program = 'a stand-in for terraform';
      return [
        { kind: 'directory', id: 'network', name: 'network', state: { program, variables: 'size', serial } },
        ...Object.entries(resources).map(([address, { id, ...attributes }]) => ({
          kind: 'resource',
          id: String(id),
          name: address,
          state: attributes as EmulatedObject['state'],
        })),
      ];
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
};
