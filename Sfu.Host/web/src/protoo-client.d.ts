// The package carries no types; these are the parts the page uses.
declare module "protoo-client" {
  export interface ProtooRequest {
    id: number;
    method: string;
    data: any;
  }

  export interface ProtooNotification {
    method: string;
    data: any;
  }

  export class WebSocketTransport {
    constructor(url: string, options?: { retry?: { retries: number; factor: number; minTimeout: number; maxTimeout: number } });
    close(): void;
  }

  export class Peer {
    constructor(transport: WebSocketTransport);
    readonly closed: boolean;
    readonly connected: boolean;
    request(method: string, data?: unknown): Promise<any>;
    notify(method: string, data?: unknown): Promise<void>;
    close(): void;
    on(event: "open" | "disconnected" | "close", listener: () => void): this;
    on(event: "failed", listener: (attempt: number) => void): this;
    on(
      event: "request",
      listener: (request: ProtooRequest, accept: (data?: unknown) => void, reject: (code: number, reason: string) => void) => void,
    ): this;
    on(event: "notification", listener: (notification: ProtooNotification) => void): this;
  }
}
