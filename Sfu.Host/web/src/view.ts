import { Tile } from "./tile";

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** The document's parts; knows how things look, not what they mean. */
export class View {
  readonly form = byId<HTMLFormElement>("join-form");
  readonly name = byId<HTMLInputElement>("name");
  readonly room = byId<HTMLInputElement>("room");
  readonly withAudio = byId<HTMLInputElement>("with-audio");
  readonly withVideo = byId<HTMLInputElement>("with-video");
  readonly mute = byId<HTMLButtonElement>("mute");
  readonly camera = byId<HTMLButtonElement>("camera");
  readonly leave = byId<HTMLButtonElement>("leave");
  readonly tiles = new Map<string, Tile>();

  private readonly joinButton = byId<HTMLButtonElement>("join");
  private readonly lobbyMessage = byId("lobby-message");
  private readonly state = byId("state");
  private readonly downlink = byId("downlink");
  private readonly roomName = byId("room-name");
  private readonly banner = byId("banner");
  private readonly grid = byId("tiles");

  showLobby(message: string): void {
    document.body.dataset.view = "lobby";
    this.joinButton.disabled = false;
    this.joinButton.textContent = "Join";
    this.showLobbyMessage(message);
    for (const id of [...this.tiles.keys()]) {
      this.removeTile(id);
    }
  }

  showLobbyMessage(message: string): void {
    this.lobbyMessage.textContent = message;
    this.lobbyMessage.hidden = message === "";
  }

  showJoining(): void {
    this.joinButton.disabled = true;
    this.joinButton.textContent = "Joining …";
  }

  showCall(room: string): void {
    document.body.dataset.view = "call";
    this.roomName.textContent = room;
    this.showBanner("");
  }

  showState(text: string): void {
    this.state.textContent = text;
  }

  showDownlink(text: string): void {
    this.downlink.textContent = text;
  }

  showBanner(text: string): void {
    this.banner.textContent = text;
    this.banner.hidden = text === "";
  }

  showDevices(audio: boolean, video: boolean): void {
    press(this.mute, !audio, "Mute", "Unmute");
    press(this.camera, !video, "Camera off", "Camera on");
  }

  addTile(id: string, name: string, own: boolean): Tile {
    const tile = new Tile(id, name, own);
    this.tiles.set(id, tile);
    this.grid.append(tile.element);
    this.arrange();
    return tile;
  }

  removeTile(id: string): void {
    this.tiles.get(id)?.remove();
    this.tiles.delete(id);
    this.arrange();
  }

  private arrange(): void {
    const columns = Math.max(1, Math.ceil(Math.sqrt(this.tiles.size)));
    this.grid.style.setProperty("--columns", String(columns));
  }
}

function press(button: HTMLButtonElement, pressed: boolean, whenUp: string, whenDown: string): void {
  button.setAttribute("aria-pressed", String(pressed));
  button.textContent = pressed ? whenDown : whenUp;
}
