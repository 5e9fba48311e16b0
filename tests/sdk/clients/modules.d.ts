/* Modules of the SDK. Their types are in the SDK; here they are any. */
declare module "Resource";
declare module "WebSocket";
declare module "base64";
declare module "commodetto/*";
declare module "crc";
declare module "crypt";
declare module "deflate";
declare module "embedded:*";
declare module "fetch";
declare module "hex";
declare module "inflate";
declare module "pins/audioout";
declare module "structuredClone";
declare module "text/decoder";
declare module "text/encoder";
