/** An error whose message is meant for the person in front of the page. */
export class Trouble extends Error {}

export function inPlainWords(error: unknown): string {
  if (error instanceof Trouble) {
    return error.message;
  }

  return error instanceof Error && error.message !== "" ? error.message : String(error);
}

/** Says why a camera or microphone cannot be used. */
export function mediaTrouble(error: unknown, wanted: string): Trouble {
  const name = error instanceof DOMException || error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return new Trouble(`The browser was not allowed to use your ${wanted}. Allow it beside the address bar, then try again.`);
    case "NotFoundError":
    case "OverconstrainedError":
      return new Trouble(`No ${wanted} was found on this device.`);
    case "NotReadableError":
    case "AbortError":
      return new Trouble(`Your ${wanted} cannot be opened. Another program may be using it.`);
    default:
      return new Trouble(`Your ${wanted} cannot be used: ${inPlainWords(error)}.`);
  }
}

export const insecureContext =
  "Browsers give camera and microphone only to pages from https:// or from localhost. " +
  "Open this page by https, or on the computer that runs the server by http://localhost. You can join to watch and listen.";
