import { startSoftphone } from "./softphone/core.js";
import { practiceDriver } from "./softphone/practice.js";

startSoftphone(practiceDriver);
