// The icons of the sprite, by their Tabler names. Add a name here, then `npm run build`.
export const ICONS = [
  "activity", "alert-octagon", "alert-triangle", "ambulance", "arrow-left", "bell", "bell-ringing", "brand-whatsapp", "calendar",
  "calendar-plus", "car", "check", "chevron-down", "chevron-left", "chevron-right", "circle-check", "clock", "contrast",
  "device-mobile", "dialpad", "dots", "download", "eye", "eye-off", "file-text", "flag", "folder", "hand-stop", "headset", "heart-handshake",
  "history", "home", "hourglass", "inbox", "info-circle", "key", "keyboard", "language", "lock", "login", "logout", "map-pin",
  "message", "message-circle", "microphone", "microphone-off", "moon", "notes", "pencil", "phone", "phone-incoming", "phone-off", "phone-outgoing", "phone-x", "player-play",
  "plus", "refresh", "search", "send", "settings", "shield-lock", "sun", "trash", "upload", "user", "user-check",
  "users", "volume", "wifi-off", "x",
];
