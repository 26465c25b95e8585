# Writes samples.csv and goldens.csv beside it: what R's wilcox.test says of shifts and ratios.
# Run in this directory: Rscript goldens.R. Written with R 4.2.2.
#
# Values have three digits behind the point and are drawn again until neither they nor their differences are tied: with
# ties R leaves the exact method for a root found to a tolerance, which is no golden for an exact one.
#
# Where R differs on purpose: when there are too few values for the level, R warns and prints the extremes; we write
# infinite bounds and attained = 1. For more than 50 values a side the p and the bounds are those of R's normal
# approximation with a tolerance of 1e-12 for its root, but the estimate is the plain median of the differences: R's root
# is any point between the two middle ones.
RNGversion("4.0.0")
set.seed(20260901)

draw <- function(n1, n2) {
  repeat {
    baseline <- round(exp(rnorm(n1, log(100), 0.1)), 3)
    candidate <- round(exp(rnorm(n2, log(104), 0.1)), 3)
    differences <- round(outer(candidate, baseline, `-`), 3)
    # With many values some differences are bound to be equal; that does not make ties in the test at zero.
    if (!anyDuplicated(c(baseline, candidate)) && (n1 * n2 > 400 || !anyDuplicated(differences)))
      return(list(baseline = baseline, candidate = candidate))
  }
}

judge <- function(baseline, candidate, confidence) {
  n1 <- length(baseline)
  n2 <- length(candidate)
  alpha <- 1 - confidence
  differences <- outer(candidate, baseline, `-`)
  if (max(n1, n2) <= 50) {
    test <- suppressWarnings(wilcox.test(candidate, baseline, exact = TRUE, conf.int = TRUE, conf.level = confidence))
    k <- qwilcox(alpha / 2, n2, n1)
    attained <- 1 - 2 * pwilcox(k - 1, n2, n1)
    bounds <- test$conf.int
    estimate <- unname(test$estimate)
    if (k == 0) {
      attained <- 1
      bounds <- c(-Inf, Inf)
    }
  } else {
    test <- wilcox.test(candidate, baseline, exact = FALSE, conf.int = TRUE, conf.level = confidence, tol.root = 1e-12)
    attained <- NA
    bounds <- test$conf.int
    estimate <- median(differences)
  }
  list(p = test$p.value, estimate = estimate, lo = bounds[1], hi = bounds[2], attained = attained)
}

exactly <- function(x) sprintf("%.17g", x)

samples <- list()
goldens <- list()
for (n in list(c(3, 3), c(4, 4), c(5, 5), c(6, 6), c(7, 7), c(8, 8), c(10, 10), c(20, 20), c(50, 50),
               c(1, 30), c(3, 8), c(8, 5), c(6, 20), c(20, 19), c(40, 12),
               c(51, 51), c(60, 60), c(80, 55), c(25, 100))) {
  id <- paste(n, collapse = "-")
  s <- draw(n[1], n[2])
  for (side in names(s))
    samples[[length(samples) + 1]] <- data.frame(id = id, side = side, value = exactly(s[[side]]))
  for (scale in c("shift", "ratio")) for (confidence in c(0.95, 0.99, 0.999)) {
    if (scale == "shift") {
      j <- judge(s$baseline, s$candidate, confidence)
    } else {
      j <- judge(log(s$baseline), log(s$candidate), confidence)
      j[c("estimate", "lo", "hi")] <- lapply(j[c("estimate", "lo", "hi")], exp)
    }
    goldens[[length(goldens) + 1]] <- data.frame(
      id = id, scale = scale, confidence = confidence, p = exactly(j$p), estimate = exactly(j$estimate),
      lo = exactly(j$lo), hi = exactly(j$hi), attained = exactly(j$attained))
  }
}
write.csv(do.call(rbind, samples), "samples.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, goldens), "goldens.csv", row.names = FALSE, quote = FALSE)
