"""The lessons of `gradcalc lesson`: a few sentences and a command to each step. Pure data; imports nothing of ours.

The commands are run when a lesson is shown, so that what a learner reads is what the program says today.
"""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """What to know, and a command that shows it."""

    text: str
    command: str


class Lesson(NamedTuple):
    """A title and the steps under it."""

    title: str
    steps: tuple[Step, ...]


LESSONS = {
    "derivative": Lesson(
        "What a derivative is, and who computes it",
        (
            Step(
                "The derivative of f at a point says how fast f changes there. For y = x**2 the power rule gives "
                "2*x, which is 6 at x = 3. SymPy finds the formula by the rules; torch runs the program x**2 and "
                "goes back through it, without ever seeing a formula. They should agree, and the verdict says "
                "whether they do.",
                'gradcalc diff "x**2" --at 3',
            ),
            Step(
                "Without a point there is only the formula. This is the part that you would do on paper.",
                'gradcalc diff "x**2*log(x)"',
            ),
            Step(
                "A program can be a faithful copy of its formula and still give a wrong number. Near 0, 1-cos(x) "
                "loses its digits before it is divided: torch differentiates the program that was typed, digits "
                "lost and all. The exact derivative stands on the left.",
                'gradcalc diff "(1-cos(x))/x**2" --at 1e-4',
            ),
        ),
    ),
    "chain-rule": Lesson(
        "The chain rule, and the tape that torch records",
        (
            Step(
                "z = sin(x**2) is two steps: y = x**2, then z = sin(y). The chain rule multiplies their "
                "derivatives: dz/dx = dz/dy * dy/dx = cos(x**2) * 2*x.",
                'gradcalc diff "sin(x**2)" --at 4',
            ),
            Step(
                "This is how torch does it. Forwards it computes each step and remembers which backward function "
                "belongs to it, the grad_fn. Backwards it begins with df/df = 1 and multiplies by one local "
                "derivative after another, from the result to x.",
                'gradcalc tape "sin(x**2)" --at 4',
            ),
            Step(
                "Where a variable is used twice, two paths lead back to it, and what comes along both is added. "
                "Here x gets sin(x) from the product and x*cos(x) by way of the sine: that is the product rule.",
                'gradcalc tape "x*sin(x)" --at 2',
            ),
            Step(
                "The same computation as a tree, the result on top. With --format svg it is a picture, with dot or "
                "mermaid the source of one.",
                'gradcalc tape "x*sin(x)" --at 2 --format tree',
            ),
        ),
    ),
    "logistic": Lesson(
        "One neuron: logistic regression by hand and by autograd",
        (
            Step(
                "One neuron predicts a probability: z = w*x + b, then ŷ = sigmoid(z). The loss is the cross-entropy "
                "between ŷ and the label y. Its gradient is a product of factors; each is computed by hand here, "
                "beside what torch holds at that node of its backward pass. In float32 these are the digits that "
                "your own script prints.",
                "gradcalc logistic --x 6.7 --y 0 --dtype float32",
            ),
            Step(
                "The clamp is there to keep log(0) away. In float32 it cannot: 1 - 1e-8 is 1. At z = 20 the loss is "
                "inf and its gradient nan, while the same loss written in terms of z has no trouble at all.",
                "gradcalc logistic --x 20 --y 0 --dtype float32",
            ),
            Step(
                "Several features are a vector, with a weight for each: z = dot(w, x) + b.",
                "gradcalc logistic --x 6.7,1.2 --w 1,0.5 --y 1",
            ),
        ),
    ),
    "vector": Lesson(
        "Vectors: one partial derivative for each entry",
        (
            Step(
                "y = mean(x**2) turns a vector into a number. Its gradient is a vector again: by each entry the "
                "derivative is 2*x/3, since the mean divides by 3.",
                'gradcalc diff "mean(x**2)" --at 1,2,3',
            ),
            Step(
                "On the tape a vector is one node. Its adjoint has an entry for each of its own, and local "
                "derivatives are multiplied entry by entry.",
                'gradcalc tape "mean(x**2)" --at 1,2,3',
            ),
            Step(
                "A loss over many samples is a mean as well. By the weight w, which is one number, what comes back "
                "from all samples is added up.",
                'gradcalc diff "mean((w*x - y)**2)" --at "w=2,x=[1,2,3],y=[2,4,7]" --wrt w',
            ),
        ),
    ),
    "accumulation": Lesson(
        "Calling backward again: gradients add up",
        (
            Step(
                "At x = 2 the derivative of x**2 is 4. Call backward three times on the same graph and .grad is 4, "
                "then 8, then 12: torch adds to what is there.",
                'gradcalc tape "x**2" --at 2 --backward 3',
            ),
            Step(
                "That is why a training loop zeroes the gradients before each step.",
                'gradcalc tape "x**2" --at 2 --backward 3 --zero-grad',
            ),
            Step(
                "Three calls on one graph needed retain_graph=True. Without it the first call frees what the graph "
                "had saved, and the second has an error message that everyone meets once.",
                'gradcalc tape "x**2" --at 2 --retain-graph off',
            ),
        ),
    ),
    "no-grad": Lesson(
        "When nothing is recorded: no_grad, and whole numbers",
        (
            Step(
                "Under torch.no_grad() the values are computed and nothing is recorded. Calling backward then "
                "fails, in words that say little about the reason.",
                'gradcalc tape "x**2" --at 2 --no-grad',
            ),
            Step(
                "Another way to have no gradient: a tensor of whole numbers.",
                'gradcalc tape "x**2" --at 2 --dtype int64',
            ),
        ),
    ),
}
