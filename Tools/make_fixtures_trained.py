"""Fixtures that TensorFlow trains or converts: digits, chirps, recurrent and two-signature models."""

import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import make_fixtures_built

layers = tf.keras.layers


def digits():
    """scikit-learn's 8×8 digits, doubled to 16×16, in [0, 1]; a fixed split."""
    data = load_digits()
    images = np.kron(data.images / 16, np.ones((2, 2))).astype(np.float32)[..., None]
    return train_test_split(images, data.target.astype(np.int64), test_size=0.3, random_state=7,
                            stratify=data.target)


def shifted(images, labels, random):
    """Doubles the set with images moved by one pixel."""
    moved = np.stack([np.roll(i, random.integers(-1, 2, 2), (0, 1)) for i in images])
    return np.concatenate([images, moved]), np.concatenate([labels, labels])


def trained(model, x, y, epochs, rate=2e-3):
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
    return model


def saved_converter(function_or_model, signature=None):
    """A converter that goes through a SavedModel, so that signatures are kept."""
    folder = tempfile.mkdtemp()
    tf.saved_model.save(function_or_model, folder, signatures=signature)
    return tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(signature))


def keras_converter(model):
    """A converter of the model with a batch of one."""
    one = tf.keras.Input(batch_shape=(1, *model.inputs[0].shape[1:]), name="input")
    return tf.lite.TFLiteConverter.from_keras_model(tf.keras.Model(one, model(one)))


def write(path, data):
    pathlib.Path(path).write_bytes(data)


def accuracy(data, x, y):
    interpreter = tf.lite.Interpreter(model_content=data)
    interpreter.allocate_tensors()
    given, wanted = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    hits = 0
    for image, label in zip(x, y):
        interpreter.reset_all_variables()  # the fused LSTM keeps its state from call to call
        interpreter.set_tensor(given["index"], image[None])
        interpreter.invoke()
        hits += int(interpreter.get_tensor(wanted["index"]).argmax() == label)
    return hits / len(y)


def digit_models(folder):
    train_x, test_x, train_y, test_y = digits()
    x, y = shifted(train_x, train_y, np.random.default_rng(3))
    model = tf.keras.Sequential([
        layers.Input((16, 16, 1)),
        layers.Conv2D(16, 3, padding="same", activation="relu", name="stem"),
        layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6", name="depthwise_1"),
        layers.Conv2D(32, 1, activation="relu", name="pointwise_1"),
        layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6", name="depthwise_2"),
        layers.Conv2D(64, 1, activation="relu", name="pointwise_2"),
        layers.Flatten(), layers.Dense(32, activation="relu", name="hidden"),
        layers.Dense(10, activation="softmax", name="classes")])
    trained(model, x, y, 25)
    optimizations = {"digits_cnn": {}, "digits_cnn_float16": {"supported_types": [tf.float16]},
                     "digits_cnn_dynamic": {}, "digits_cnn_int8": {}}
    for name, target in optimizations.items():
        converter = keras_converter(model)
        if name != "digits_cnn":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if "supported_types" in target:
            converter.target_spec.supported_types = target["supported_types"]
        if name.endswith("int8"):
            converter.representative_dataset = lambda: ([i[None]] for i in train_x[:200])
        data = converter.convert()
        rate = accuracy(data, test_x, test_y)
        print(f"{name}: {rate:.4f} of {len(test_y)} test digits, {len(data)} bytes")
        assert rate >= 0.97
        write(folder / f"{name}.tflite", data)
    return test_x, test_y


def chirps(count, random):
    """Four classes of 800 samples at 8 kHz: rising, falling, steady, noise; float32 in [−1, 1]."""
    time = np.arange(800) / 8000
    x, y = [], []
    for number in range(count):
        kind, start = number % 4, random.uniform(300, 900)
        slope = {0: 1, 1: -1, 2: 0, 3: 0}[kind] * random.uniform(4000, 9000)
        start += 900 if kind == 1 else 0
        wave = np.sin(2 * np.pi * (start * time + slope * time ** 2 / 2) + random.uniform(0, 6))
        wave = random.normal(0, 0.6, 800) if kind == 3 else wave
        x.append(np.clip(wave * random.uniform(0.3, 1) + random.normal(0, 0.1, 800), -1, 1))
        y.append(kind)
    return np.array(x, np.float32)[..., None], np.array(y, np.int64)


def keyword_model(folder):
    random = np.random.default_rng(11)
    x, y = chirps(1200, random)
    model = tf.keras.Sequential([
        layers.Input((800, 1)),
        layers.Conv1D(16, 32, strides=8, padding="same", activation="relu"),
        layers.Conv1D(32, 8, strides=4, padding="same", activation="relu"),
        layers.SeparableConv1D(48, 5, strides=2, padding="same", activation="relu"),
        layers.GlobalAveragePooling1D(), layers.Dense(4, activation="softmax")])
    trained(model, x, y, 12)
    data = keras_converter(model).convert()
    test_x, test_y = chirps(200, np.random.default_rng(12))
    print(f"keyword_1d: {accuracy(data, test_x, test_y):.3f} of 200 chirps")
    write(folder / "keyword_1d.tflite", data)


def recurrent_models(folder):
    train_x, test_x, train_y, test_y = digits()
    for name, layer in (("lstm_while", layers.LSTM(64)), ("gru_while", layers.GRU(32))):
        model = tf.keras.Sequential([layers.Input((16, 16)), layer, layers.Dense(10, activation="softmax")])
        trained(model, train_x[..., 0], train_y, 15, 4e-3)
        converter = keras_converter(model)
        converter._experimental_lower_tensor_list_ops = True
        data = converter.convert()
        print(f"{name}: {accuracy(data, test_x[:, :, :, 0], test_y):.3f} of {len(test_y)} test digits")
        write(folder / f"{name}.tflite", data)
        if name == "lstm_while":  # Keras 3 no longer converts to the fused operator
            weights = [v.numpy() for v in (*layer.trainable_variables, *model.layers[-1].trainable_variables)]
            graph = make_fixtures_built.sequence_lstm(*weights)
            graph.write(folder / "sequence_lstm.tflite", "1.14.0")
            data = (folder / "sequence_lstm.tflite").read_bytes()
            print(f"sequence_lstm: {accuracy(data, test_x[:, :, :, 0], test_y):.3f} of the same")


class Shared(tf.Module):
    """Two public functions over the same weights."""

    def __init__(self):
        random = np.random.default_rng(5)
        self.weight = tf.Variable(random.normal(0, 0.2, (48, 64)).astype(np.float32))
        self.bias = tf.Variable(random.normal(0, 0.1, 64).astype(np.float32))

    @tf.function(input_signature=[tf.TensorSpec((1, 48), tf.float32, name="item")])
    def encode(self, item):
        return {"code": tf.tanh(item @ self.weight + self.bias)}

    @tf.function(input_signature=[tf.TensorSpec((1, 48), tf.float32, name="left"),
                                  tf.TensorSpec((1, 48), tf.float32, name="right")])
    def compare(self, left, right):
        codes = [tf.tanh(v @ self.weight + self.bias) for v in (left, right)]
        return {"likeness": tf.reduce_sum(codes[0] * codes[1], -1)}


def converted_models(folder):
    shared = Shared()
    converter = saved_converter(shared, {"encode": shared.encode, "compare": shared.compare})
    write(folder / "two_signatures.tflite", converter.convert())

    tf.keras.utils.set_random_seed(21)
    model = tf.keras.Sequential([
        layers.Input((8, 8, 8)), layers.Conv2DTranspose(16, 3, strides=2, padding="same"),
        layers.PReLU(shared_axes=[1, 2], alpha_initializer=tf.keras.initializers.RandomUniform(0, 0.5)),
        layers.Conv2DTranspose(4, 2, strides=2, padding="valid", use_bias=False)])
    write(folder / "transpose_conv_prelu.tflite", keras_converter(model).convert())

    random = np.random.default_rng(9)
    table = tf.constant(random.normal(0, 1, (4, 24, 16)).astype(np.float32))

    class Product(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((4, 5, 24), tf.float32, name="rows")])
        def product(self, rows):
            return {"product": tf.matmul(rows, table)}
    module = Product()
    converter = saved_converter(module, {"serving_default": module.product})
    write(folder / "bmm.tflite", converter.convert())


def samples(folder, x, y):
    """100 labelled test digits in one npz, and ten of them as single files."""
    (folder / "digits").mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "digits.npz", x=x[:100], y=y[:100])
    for number in range(10):
        np.save(folder / "digits" / f"{number:02d}_label{y[number]}.npy", x[number])
    chirp_x, chirp_y = chirps(20, np.random.default_rng(12))
    np.savez_compressed(folder / "chirps.npz", x=chirp_x, y=chirp_y)


def make(output):
    tf.keras.utils.set_random_seed(1)
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    folder = output / "Models"
    x, y = digit_models(folder)
    samples(output / "Samples", x, y)
    keyword_model(folder)
    recurrent_models(folder)
    converted_models(folder)
