// The public address of the hub that models are downloaded from, unless another one is set. Opens no connection.

export const HUB = "https://huggingface.co";
