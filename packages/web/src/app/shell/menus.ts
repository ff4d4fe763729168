export { AccountMenu } from './account-menu.tsx';
export { EnvironmentMenu } from './environment-menu.tsx';
export { ThemeMenu } from './theme-menu.tsx';
