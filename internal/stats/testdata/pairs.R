# Writes pairs-samples.csv and pairs-goldens.csv beside it: what R's wilcox.test says of paired shifts and ratios.
# Run in this directory: Rscript pairs.R. Written with R 4.2.2.
#
# Values have three digits behind the point and are drawn again until no difference is 0 and no two are of one size, be it of
# the values or of their logarithms: with ties or zeros R leaves the exact method, which is no golden for an exact one.
#
# Where R differs on purpose: when there are too few pairs for the level, R warns and prints the extremes; we write infinite
# bounds and attained = 1. For more than 60 pairs the p and the bounds are those of R's normal approximation with a tolerance of
# 1e-12 for its root, but the estimate is the plain median of the Walsh averages: R's root is any point between the two middle
# ones.
RNGversion("4.0.0")
set.seed(20260902)

draw <- function(n) {
  repeat {
    noise <- cumsum(rnorm(n, 0, 0.1)) # of the machine: it drifts, and both sides of a pair share it
    baseline <- round(100 * exp(noise + rnorm(n, 0, 0.05)), 3)
    candidate <- round(103 * exp(noise + rnorm(n, 0, 0.05)), 3)
    sizes <- abs(round(candidate - baseline, 3))
    if (all(sizes > 0) && !anyDuplicated(sizes) && !anyDuplicated(round(abs(log(candidate / baseline)), 12)))
      return(list(baseline = baseline, candidate = candidate))
  }
}

judge <- function(baseline, candidate, confidence) {
  n <- length(baseline)
  alpha <- 1 - confidence
  differences <- candidate - baseline
  averages <- outer(differences, differences, `+`) / 2
  averages <- averages[!lower.tri(averages)]
  if (n <= 60) {
    test <- suppressWarnings(wilcox.test(candidate, baseline, paired = TRUE, exact = TRUE, conf.int = TRUE, conf.level = confidence))
    k <- qsignrank(alpha / 2, n)
    attained <- 1 - 2 * psignrank(k - 1, n)
    bounds <- test$conf.int
    estimate <- unname(test$estimate)
    if (k == 0) {
      attained <- 1
      bounds <- c(-Inf, Inf)
    }
  } else {
    test <- wilcox.test(candidate, baseline, paired = TRUE, exact = FALSE, conf.int = TRUE, conf.level = confidence, tol.root = 1e-12)
    attained <- NA
    bounds <- test$conf.int
    estimate <- median(averages)
  }
  list(p = test$p.value, estimate = estimate, lo = bounds[1], hi = bounds[2], attained = attained)
}

exactly <- function(x) sprintf("%.17g", x)

samples <- list()
goldens <- list()
for (n in c(5:60, 61, 80, 120)) {
  s <- draw(n)
  samples[[length(samples) + 1]] <- data.frame(id = n, baseline = exactly(s$baseline), candidate = exactly(s$candidate))
  for (scale in c("shift", "ratio")) for (confidence in c(0.95, 0.99, 0.999)) {
    if (scale == "shift") {
      j <- judge(s$baseline, s$candidate, confidence)
    } else {
      j <- judge(log(s$baseline), log(s$candidate), confidence)
      j[c("estimate", "lo", "hi")] <- lapply(j[c("estimate", "lo", "hi")], exp)
    }
    goldens[[length(goldens) + 1]] <- data.frame(
      id = n, scale = scale, confidence = confidence, p = exactly(j$p), estimate = exactly(j$estimate),
      lo = exactly(j$lo), hi = exactly(j$hi), attained = exactly(j$attained))
  }
}
write.csv(do.call(rbind, samples), "pairs-samples.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, goldens), "pairs-goldens.csv", row.names = FALSE, quote = FALSE)
