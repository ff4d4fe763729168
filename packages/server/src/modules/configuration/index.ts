/** Tells how this process is configured, and takes up what has changed of that while it runs. */
export {
  createConfigurationService,
  type ConfigurationService,
  type ConfigurationServiceDeps,
} from './configuration-service.ts';
export type {
  ConfigurationFault,
  ConfigurationReading,
  ConfigurationSource,
  ConfigurationState,
  Reload,
  ReloadCause,
  Setting,
  SettingChange,
  ToldSetting,
} from './configuration.ts';
export { createConfigurationOperations, type ConfigurationOperations } from './operations.ts';
