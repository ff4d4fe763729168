/** What this machine calls the key that `$mod` stands for. */
export const commandKey = /mac|iphone|ipad/iu.test(navigator.userAgent) ? '⌘' : 'Ctrl';
