// Instead of react-style-singleton, which adds style elements to the page while a dialog is open, to keep what is behind it from scrolling:
// the Content-Security-Policy forbids such elements, and GraphiQL fills its page without scrolling.
const Nothing = () => null;

export const styleSingleton = () => Nothing;
