import { startSoftphone } from "./softphone/core.js";
import { twilioDriver } from "./softphone/twilio.js";

startSoftphone(twilioDriver);
